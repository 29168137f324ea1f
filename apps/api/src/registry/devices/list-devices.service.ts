import type { DevicePage, ListDevices } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ListReader } from '../lists/list-reader.js'
import { type DeviceRow, toDevice } from './device-row.js'
import { listStatement, placeOf } from './list-devices-statement.js'

const defaultLimit = 50

/** Lists devices: searched, filtered, sorted, a page at a time. */
@Injectable()
export class ListDevicesService {
  constructor(private readonly lists: ListReader) {}

  async list(principal: Principal, query: ListDevices): Promise<DevicePage> {
    const limit = query.limit ?? defaultLimit
    const sort = query.sort ?? 'name'
    const statement = listStatement(principal, { ...query, sort }, limit + 1, new Date())
    const rows = await this.lists.rows<DeviceRow>(principal, statement.text, statement.values)
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const hasMore = rows.length > limit && last !== undefined
    return {
      items: page.map(toDevice),
      nextCursor: hasMore ? encodeCursor([sort, placeOf(sort, last), last.id]) : null,
    }
  }
}
