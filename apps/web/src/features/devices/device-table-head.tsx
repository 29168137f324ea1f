'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import { cn } from '@/lib/cn'
import type { DeviceSort } from '@/lib/device-queries'
import { nextSort } from './list-query'

interface DeviceTableHeadProps {
  sort: DeviceSort
  onSort?: (sort: DeviceSort) => void
}

export function DeviceTableHead({ sort, onSort }: DeviceTableHeadProps) {
  return (
    <thead>
      <tr>
        <th scope="col" className={cn(headClass, 'hidden w-36 sm:table-cell')}>
          Status
        </th>
        <SortableHead label="Device" column="name" sort={sort} onSort={onSort} />
        <th scope="col" className={cn(headClass, 'hidden w-[30%] lg:table-cell')}>
          Tags
        </th>
        <SortableHead label="Last message" column="lastMessageAt" sort={sort} onSort={onSort} end />
      </tr>
    </thead>
  )
}

interface SortableHeadProps {
  label: string
  column: 'name' | 'lastMessageAt'
  sort: DeviceSort
  onSort: ((sort: DeviceSort) => void) | undefined
  end?: boolean
}

function SortableHead({ label, column, sort, onSort, end = false }: SortableHeadProps) {
  const down = sort === `-${column}`
  const active = down || sort === column
  const Arrow = down ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={active ? (down ? 'descending' : 'ascending') : 'none'}
      className={cn(headClass, end && 'w-36 text-right sm:w-44')}
    >
      <button
        type="button"
        disabled={!onSort}
        onClick={() => onSort?.(nextSort(sort, column))}
        className={cn(
          'inline-flex h-8 items-center gap-1 rounded-inner align-middle transition-colors hover:text-ink',
          active && 'text-ink',
          end && 'flex-row-reverse',
        )}
      >
        {label}
        <Arrow aria-hidden className={cn('size-3.5', !active && 'opacity-0')} />
      </button>
    </th>
  )
}

export const tableClass = '-mx-4 w-[calc(100%+2rem)] table-fixed border-collapse text-13 sm:mx-0 sm:w-full'
const headClass = 'h-9 border-b px-4 text-left text-12 font-medium whitespace-nowrap text-ink-faint'
