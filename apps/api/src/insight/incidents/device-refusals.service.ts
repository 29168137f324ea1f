import type { ListRefusals, RefusalPage } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { DeviceLookup } from '../../registry/devices/device-lookup.js'
import { RefusalLog } from './refusal-log.js'

const defaultLimit = 50
const RefusalCursor = z.tuple([z.int().min(0)])

/** Lists what a device was refused in the last hour, newest first. */
@Injectable()
export class DeviceRefusalsService {
  constructor(
    private readonly devices: DeviceLookup,
    private readonly refusals: RefusalLog,
  ) {}

  async list(principal: Principal, deviceId: string, query: ListRefusals): Promise<RefusalPage> {
    const limit = query.limit ?? defaultLimit
    const before = query.cursor === undefined ? undefined : decodeCursor(RefusalCursor, query.cursor)[0]
    const device = await this.devices.find(principal, deviceId)
    const all = this.refusals.ofDevice(principal.organizationId, device.id, before)
    const page = all.slice(0, limit)
    const last = page.at(-1)
    return {
      items: page.map(({ refusal }) => refusal),
      nextCursor: all.length > limit && last !== undefined ? encodeCursor([last.order]) : null,
    }
  }
}
