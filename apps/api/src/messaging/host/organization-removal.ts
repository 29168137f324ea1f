import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '@heliograph/broker'
import { organizationFilter } from '@heliograph/protocol'
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { deleteAuditRows } from '../../foundation/audit/delete-audit-rows.js'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import { IngestService } from '../../telemetry/ingest/ingest.service.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'
import { type BrokerListener, BrokerListeners } from './broker-listeners.js'

interface DeletedOrganization {
  id: number
  slug: string
}

/** So few devices are deleted at a time that others' telemetry never waits for the locks of it. */
const devicesPerBatch = 50
const auditRowsPerBatch = 2_000
const retryAfterMs = 60_000

/** An organization that is ended has a slug that nobody can choose. */
const endedPrefix = '.'

/**
 * Removes deleted organizations: ends their connections at once, then deletes what is stored of them, in small steps, idle
 * for as long as each of them took. A platform that was stopped goes on at its next start. The slug is free only when no
 * session and no retained message is left below it, so that nobody who takes it finds any.
 */
@Injectable()
export class OrganizationRemoval implements BrokerListener, OnModuleDestroy {
  private readonly logger = new Logger(OrganizationRemoval.name)
  private readonly abort = new AbortController()
  private running: Promise<void> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly presence: PresenceService,
    private readonly ingest: IngestService,
    listeners: BrokerListeners,
  ) {
    listeners.register(this)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    this.events.on('organization.deleted', ({ organizationId: id, organizationSlug: slug }) => {
      endConnections(broker, this.presence, id)
      this.continue(broker)
      this.logger.log(`the organization ${slug} was deleted; what is stored of it is being removed`)
    })
    this.continue(broker)
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort()
    await this.running
  }

  private continue(broker: Broker<ConnectionPrincipal>): void {
    this.running = this.running.then(() => this.removeAll(broker))
  }

  /** Removes all that are deleted; tries again later what failed, such as while the database is away. */
  private async removeAll(broker: Broker<ConnectionPrincipal>): Promise<void> {
    const { signal } = this.abort
    while (!signal.aborted) {
      try {
        const { rows } = await this.database.pools.background.query<DeletedOrganization>(
          'SELECT id, slug FROM organization WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id',
        )
        for (const organization of rows) await this.remove(broker, organization)
        return
      } catch (error) {
        const why = error instanceof Error ? error.message : error
        this.logger.warn(`a deleted organization could not be removed, which is tried again: ${why}`)
        await sleep(retryAfterMs, undefined, { signal, ref: false }).catch(() => {})
      }
    }
  }

  private async remove(
    broker: Broker<ConnectionPrincipal>,
    organization: DeletedOrganization,
  ): Promise<void> {
    const { id } = organization
    if (!organization.slug.startsWith(endedPrefix)) await this.end(broker, organization)
    await this.inSteps(() => this.deleteDevices(id))
    await this.inSteps(() => this.deleteAudit(id))
    if (this.abort.signal.aborted) return
    await this.database.pools.background.query(
      'DELETE FROM organization WHERE id = $1 AND deleted_at IS NOT NULL',
      [id],
    )
    // What requests that were under way have recorded since.
    await this.deleteAudit(id)
  }

  /** Removes what the broker keeps below the slug, then gives the slug free. */
  private async end(broker: Broker<ConnectionPrincipal>, { id, slug }: DeletedOrganization): Promise<void> {
    const deviceKeys = endConnections(broker, this.presence, id)
    await broker.forgetSessions((sessionId) => sessionId.startsWith(`${slug}/`))
    for (const key of deviceKeys) await this.presence.afterAnnouncements(key, async () => {})
    for (const { topic } of await broker.retained(organizationFilter(slug)))
      await broker.publish({ topic, payload: '', qos: 1, retain: true })
    await this.database.pools.background.query(
      'UPDATE organization SET slug = $2 WHERE id = $1 AND deleted_at IS NOT NULL',
      [id, `${endedPrefix}${id}`],
    )
  }

  /** Deletes some devices with all that belongs to them. A crash in between leaves telemetry that the next start deletes. */
  private async deleteDevices(organizationId: number): Promise<boolean> {
    const { rows } = await this.database.pools.background.query<{ key: number }>(deleteDevicesSql, [
      organizationId,
      devicesPerBatch,
    ])
    if (rows.length > 0) await this.ingest.deleteDevices(rows.map(({ key }) => key))
    return rows.length === devicesPerBatch
  }

  private async deleteAudit(organizationId: number): Promise<boolean> {
    const deletion = { organizationId, before: 'infinity', most: auditRowsPerBatch } as const
    return (await deleteAuditRows(this.database.pools.background, deletion)) === auditRowsPerBatch
  }

  /** Repeats a step until it says that there is no more to do, and waits after each for as long as it took. */
  private async inSteps(step: () => Promise<boolean>): Promise<void> {
    const { signal } = this.abort
    for (let isMore = true; isMore && !signal.aborted; ) {
      const startedAtMs = performance.now()
      isMore = await step()
      await sleep(performance.now() - startedAtMs, undefined, { signal }).catch(() => {})
    }
  }
}

/** Ends all connections of an organization; returns the keys of the devices that had one. */
function endConnections(
  broker: Broker<ConnectionPrincipal>,
  presence: PresenceService,
  organizationId: number,
): number[] {
  const deviceKeys: number[] = []
  for (const { principal } of broker.clients())
    if (principal.kind === 'device' && principal.organizationId === organizationId)
      deviceKeys.push(principal.deviceKey)
  for (const key of deviceKeys) presence.tracker.forget(key)
  broker.disconnect(({ principal }) => principal.organizationId === organizationId, 'revoked')
  return deviceKeys
}

const deleteDevicesSql = `
  DELETE FROM device WHERE key = ANY(ARRAY(
    SELECT key FROM device WHERE organization_id = $1 ORDER BY key LIMIT $2)) RETURNING key`
