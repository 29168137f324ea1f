'use client'

import { useSearchParams } from 'next/navigation'
import { useMemo } from 'react'
import { changeSearch } from '@/lib/change-search'
import type { DeviceListQuery } from '@/lib/device-queries'
import { readListQuery, writeListQuery } from './list-query'

/** The search, filters and order of the list. They are kept in the address, so that the list can be shared. */
export function useListQuery(): [DeviceListQuery, (change: Partial<DeviceListQuery>) => void] {
  const address = useSearchParams()
  const query = useMemo(() => readListQuery(new URLSearchParams(address)), [address])
  return [query, change]
}

function change(next: Partial<DeviceListQuery>): void {
  changeSearch((search) => writeListQuery({ ...readListQuery(search), ...next }))
}
