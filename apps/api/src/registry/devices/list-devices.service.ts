import type { DevicePage, ListDevices } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ListReader } from '../lists/list-reader.js'
import { type DeviceRow, deviceColumns, deviceTables, statusSql, toDevice } from './device-row.js'

const defaultLimit = 50

/** The sort orders. The id always comes second, so that each device has one definite place. */
const orders = {
  name: { column: 'd.name', type: 'text', value: (row: DeviceRow) => row.name },
  id: { column: 'd.id', type: 'text', value: (row: DeviceRow) => row.id },
  createdAt: {
    column: 'd.created_at',
    type: 'timestamptz',
    value: (row: DeviceRow) => row.createdAt.toISOString(),
  },
  lastMessageAt: {
    column: "coalesce(a.last_message_at, '-infinity')",
    type: 'timestamptz',
    value: (row: DeviceRow) => row.lastMessageAt?.toISOString() ?? '-infinity',
  },
} as const

/** Lists devices: searched, filtered, sorted, a page at a time. */
@Injectable()
export class ListDevicesService {
  constructor(private readonly lists: ListReader) {}

  async list(principal: Principal, query: ListDevices): Promise<DevicePage> {
    const limit = query.limit ?? defaultLimit
    const sort = query.sort ?? 'name'
    const statement = listStatement(principal.organizationId, { ...query, sort }, limit + 1, new Date())
    const rows = await this.lists.rows<DeviceRow>(principal, statement.text, statement.values)
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const hasMore = rows.length > limit && last !== undefined
    return {
      items: page.map(toDevice),
      nextCursor: hasMore ? encodeCursor([sort, orders[orderOf(sort)].value(last), last.id]) : null,
    }
  }
}

type Sort = NonNullable<ListDevices['sort']>

/** Exported so that a test can ask PostgreSQL how it is carried out. */
export function listStatement(
  organizationId: number,
  query: ListDevices & { sort: Sort },
  limit: number,
  now: Date,
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const nowParameter = bind(now)
  const { column, type } = orders[orderOf(query.sort)]
  const isDescending = query.sort.startsWith('-')

  const conditions = [`d.organization_id = ${bind(organizationId)}`]
  if (query.search) conditions.push(searchSql(bind(`%${escapeLike(query.search)}%`)))
  if (query.tag !== undefined) conditions.push(`d.tags @> ARRAY[${bind(query.tag)}::text]`)
  if (query.type !== undefined) conditions.push(`d.type = ${bind(query.type)}`)
  if (query.status !== undefined) conditions.push(`${statusSql(nowParameter)} = ${bind(query.status)}`)
  if (query.cursor !== undefined) {
    const [, value, id] = decodeCursor(cursorOf(query.sort), query.cursor)
    conditions.push(`(${column}, d.id) ${isDescending ? '<' : '>'} (${bind(value)}::${type}, ${bind(id)})`)
  }
  const direction = isDescending ? 'DESC' : 'ASC'
  const text = `SELECT ${deviceColumns(nowParameter)} FROM ${deviceTables}
    WHERE ${conditions.join(' AND ')}
    ORDER BY ${column} ${direction}, d.id ${direction} LIMIT ${bind(limit)}`
  return { text, values }
}

/**
 * `search_text` has the name, the id and the tags in small letters. Its index finds three letters or more that occur
 * together, within the organization; less is searched for among its devices in their order.
 */
function searchSql(pattern: string): string {
  return `d.search_text LIKE (lower(${pattern}::text COLLATE "natural_order") COLLATE "C")`
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

function orderOf(sort: Sort): keyof typeof orders {
  return sort.replace('-', '') as keyof typeof orders
}

/** A cursor has its sort order, so that a cursor of another order is refused. */
function cursorOf(sort: Sort) {
  const isTime = orders[orderOf(sort)].type === 'timestamptz'
  const value = isTime ? CursorTime : z.string().regex(/^[^\0]*$/)
  return z.tuple([z.literal(sort), value, z.string().regex(/^[^\0]*$/)])
}

/** A time in a cursor of this list. PostgreSQL has no year 0. */
const CursorTime = z.union([z.iso.datetime().regex(/^(?!0000)/), z.literal('-infinity')])
