import {
  type CreateDevice,
  type Device,
  suggestDeviceId,
  type UpdateDevice,
  withinTags,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database, isUniqueViolation } from '../../foundation/database/database.service.js'
import type { Device as Row } from '../../foundation/database/generated/client.js'
import { ConflictError, ForbiddenError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { DeviceLookup } from './device-lookup.js'
import { DeviceQuota } from './device-quota.js'
import { type DeviceRow, deviceColumns, deviceTables, toDevice } from './device-row.js'

/** Creates, reads, changes and deletes devices. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    private readonly lookup: DeviceLookup,
    private readonly quota: DeviceQuota,
  ) {}

  async create(principal: Principal, input: CreateDevice): Promise<Device> {
    const row =
      input.id === undefined
        ? await this.createNamed(principal, input)
        : await this.insert(principal, input, input.id)
    await this.events.emit('device.created', facts(principal, row))
    return this.get(principal, row.id)
  }

  async get(principal: Principal, id: string): Promise<Device> {
    const { rows } = await this.database.pools.registry.query<DeviceRow>(
      `SELECT ${deviceColumns('$3')} FROM ${deviceTables} WHERE d.organization_id = $1 AND d.id = $2`,
      [principal.organizationId, id, new Date()],
    )
    const row = rows[0]
    if (row === undefined || !withinTags(principal.tags, row.tags))
      throw new NotFoundError(`There is no device ${id}.`, 'device_not_found')
    return toDevice(row)
  }

  async update(principal: Principal, id: string, change: UpdateDevice): Promise<Device> {
    const { before, updated } = await this.database.transaction(async (transaction) => {
      // Locked, so that each change of tags tells from what it changed.
      await transaction.$queryRaw`
        SELECT FROM device WHERE organization_id = ${principal.organizationId} AND id = ${id} FOR NO KEY UPDATE`
      const found = await this.lookup.find(principal, id, transaction)
      assertMayChangeTags(principal, found.tags, change.tags)
      const updated = await transaction.device.update({ where: { key: found.key }, data: change })
      await this.audit.record(transaction, principal, {
        action: 'device.update',
        target: `device/${id}`,
        ...changesOf(auditedOf(found), change),
      })
      return { before: found.tags, updated }
    })
    await this.events.emit('device.updated', facts(principal, updated))
    if (change.tags !== undefined)
      await this.events.emit('device.tagsChanged', {
        ...facts(principal, updated),
        before,
        tags: updated.tags,
      })
    return this.get(principal, id)
  }

  /** Deletes the device and its credentials, and ends its connections. A later device with this id is a different one. */
  async delete(principal: Principal, id: string): Promise<void> {
    const row = await this.database.transaction(async (transaction) => {
      const found = await this.lookup.find(principal, id, transaction)
      const { count } = await transaction.device.deleteMany({ where: { key: found.key } })
      if (count === 0) throw new NotFoundError(`There is no device ${id}.`, 'device_not_found')
      await this.audit.record(transaction, principal, {
        action: 'device.delete',
        target: `device/${id}`,
        before: auditedOf(found),
      })
      return found
    })
    await this.events.emit('device.tagsChanged', { ...facts(principal, row), before: row.tags, tags: [] })
    await this.events.emit('device.deleted', facts(principal, row))
  }

  /** Derives the id from the name, with a random suffix when that is taken. */
  private async createNamed(principal: Principal, input: CreateDevice): Promise<Row> {
    const wanted = suggestDeviceId(input.name) || 'device'
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const id = attempt === 0 ? wanted : `${wanted.slice(0, 56)}-${randomId(4 + attempt)}`
      try {
        return await this.insert(principal, input, id)
      } catch (error) {
        if (!(error instanceof ConflictError) || error.code !== 'device_id_taken') throw error
      }
    }
    throw new ConflictError('No free id was found for this name. Send an id.', 'device_id_taken')
  }

  private async insert(principal: Principal, input: CreateDevice, id: string): Promise<Row> {
    try {
      return await this.database.transaction(async (transaction) => {
        await this.quota.take(transaction, principal.organizationId)
        const row = await transaction.device.create({
          data: {
            organizationId: principal.organizationId,
            id,
            name: input.name,
            type: input.type ?? null,
            tags: input.tags ?? [],
            expectedIntervalSeconds: input.expectedIntervalSeconds ?? 300,
          },
        })
        await this.audit.record(transaction, principal, {
          action: 'device.create',
          target: `device/${id}`,
          after: auditedOf(row),
        })
        return row
      })
    } catch (error) {
      if (isUniqueViolation(error))
        throw new ConflictError(`The id ${id} is taken. Choose another.`, 'device_id_taken')
      throw error
    }
  }
}

/** Tags decide who sees a device, so whoever sees only some of them does not change them. */
function assertMayChangeTags(
  { tags: limit }: Principal,
  before: readonly string[],
  after: readonly string[] | undefined,
): void {
  if (limit === null || after === undefined) return
  if (before.length === after.length && before.every((tag) => after.includes(tag))) return
  throw new ForbiddenError(
    'Tags decide who sees a device. You see only devices with certain tags, so you may not change them.',
    'tag_limited',
  )
}

/** What the audit tells of a device. */
function auditedOf({ name, type, tags, expectedIntervalSeconds }: Row) {
  return { name, type, tags, expectedIntervalSeconds }
}

function facts({ organizationId, organizationSlug }: Principal, row: Row) {
  return { organizationId, organizationSlug, deviceKey: row.key, deviceId: row.id }
}
