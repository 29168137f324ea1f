'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import type { DeviceListQuery } from '@/lib/device-queries'
import { readListQuery, writeListQuery } from './list-query'

/** The search, filters and order of the list. They are kept in the address, so that the list can be shared. */
export function useListQuery(): [DeviceListQuery, (change: Partial<DeviceListQuery>) => void] {
  const router = useRouter()
  const pathname = usePathname()
  const search = useSearchParams()
  const query = useMemo(() => readListQuery(new URLSearchParams(search)), [search])
  const change = useCallback(
    (next: Partial<DeviceListQuery>) => {
      const merged = { ...query, ...next }
      router.replace(pathname + writeListQuery(merged), { scroll: false })
    },
    [query, pathname, router],
  )
  return [query, change]
}
