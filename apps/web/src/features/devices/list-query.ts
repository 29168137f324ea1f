import { type DeviceStatus, deviceSorts, deviceStatuses } from '@heliograph/protocol'
import type { DeviceListQuery, DeviceSort } from '@/lib/device-queries'

/** Reads search, filters and order from the address; unknown values are left out. */
export function readListQuery(search: URLSearchParams): DeviceListQuery {
  const text = search.get('search')?.trim()
  const tag = search.get('tag')
  const status = deviceStatuses.find((known: DeviceStatus) => known === search.get('status'))
  const sort = deviceSorts.find((known: DeviceSort) => known === search.get('sort'))
  return {
    ...(text && { search: text }),
    ...(tag && { tag }),
    ...(status && { status }),
    ...(sort && { sort }),
  }
}

/** The query of the address for a list; empty without search, filters and order. */
export function writeListQuery(query: DeviceListQuery): URLSearchParams {
  const search = new URLSearchParams()
  for (const key of ['search', 'status', 'tag', 'sort'] as const) {
    if (query[key]) search.set(key, query[key])
  }
  return search
}

type SortColumn = 'name' | 'lastMessageAt'

/** The order after a click on the head of a column: the more useful direction first, then the other. */
export function nextSort(current: DeviceSort, column: SortColumn): DeviceSort {
  const first: DeviceSort = column === 'lastMessageAt' ? '-lastMessageAt' : 'name'
  const second: DeviceSort = column === 'lastMessageAt' ? 'lastMessageAt' : '-name'
  return current === first ? second : first
}
