'use client'

import { Device, DevicePage, type DeviceStatus, type deviceSorts } from '@heliograph/protocol'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { request } from './api'
import { useOrganization, useTagLimit } from './organization'

export type DeviceSort = (typeof deviceSorts)[number]

export interface DeviceListQuery {
  search?: string
  tag?: string
  status?: DeviceStatus
  sort?: DeviceSort
}

const PAGE_SIZE = 100
/** Who sees only some devices hears no messages of the whole list. */
const REFRESH_LIMITED_MS = 5_000

/** The prefix of all query keys about the devices of an organization. */
export const devicesKey = (org: string) => ['organizations', org, 'devices'] as const
export const deviceListKey = (org: string) => [...devicesKey(org), 'list'] as const
export const deviceKey = (org: string, device: string) => [...devicesKey(org), 'one', device] as const

/** The API's address of a device. */
export const deviceApi = (device: string) => `/api/v1/devices/${encodeURIComponent(device)}`

export function useDeviceList(query: DeviceListQuery) {
  const { slug } = useOrganization()
  const isLimited = useTagLimit() !== null
  return useInfiniteQuery({
    queryKey: [...deviceListKey(slug), query],
    queryFn: ({ pageParam, signal }) =>
      request('/api/v1/devices', {
        schema: DevicePage,
        query: { ...query, cursor: pageParam ?? undefined, limit: PAGE_SIZE },
        org: slug,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: isLimited && REFRESH_LIMITED_MS,
  })
}

export function useDevice(device: string) {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: deviceKey(slug, device),
    queryFn: ({ signal }) => request(deviceApi(device), { schema: Device, org: slug, signal }),
  })
}
