import type { ListDevices } from '@heliograph/protocol'
import { z } from 'zod'
import { escapeLike } from '../../foundation/database/escape-like.js'
import { decodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { type DeviceRow, deviceColumns, deviceTables, statusSql } from './device-row.js'

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

type Sort = NonNullable<ListDevices['sort']>

/** The statement that reads a page of the devices that the caller sees, and one row more than it has room for. */
export function listStatement(
  { organizationId, tags }: Pick<Principal, 'organizationId' | 'tags'>,
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
  if (tags !== null) conditions.push(`d.tags && ${bind(tags)}::text[]`)
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

/** What the cursor of a page keeps of its last row. */
export function placeOf(sort: Sort, row: DeviceRow): string {
  return orders[orderOf(sort)].value(row)
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
