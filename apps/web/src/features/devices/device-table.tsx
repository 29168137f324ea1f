'use client'

import type { Device } from '@heliograph/protocol'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/button'
import type { DeviceSort } from '@/lib/device-queries'
import { DeviceRow } from './device-row'
import { DeviceTableHead, tableClass } from './device-table-head'
import { ROW_HEIGHT_PX } from './row-height'

interface DeviceTableProps {
  devices: Device[]
  sort: DeviceSort
  onSort: (sort: DeviceSort) => void
  onTag: (tag: string) => void
  more: boolean
  loadingMore: boolean
  onMore: () => void
}

/** Renders only the rows in view, and loads the next page near the end. */
export function DeviceTable({ devices, sort, onSort, onTag, more, loadingMore, onMore }: DeviceTableProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [])

  const virtualizer = useWindowVirtualizer({
    count: devices.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => devices[index]?.id ?? index,
  })
  const rows = virtualizer.getVirtualItems()
  const before = (rows[0]?.start ?? top) - top
  const after = devices.length * ROW_HEIGHT_PX - ((rows.at(-1)?.end ?? top) - top)
  const nearEnd = (rows.at(-1)?.index ?? 0) >= devices.length - 20

  useEffect(() => {
    if (nearEnd && more && !loadingMore) onMore()
  }, [nearEnd, more, loadingMore, onMore])

  return (
    <>
      <table className={tableClass} aria-rowcount={more ? -1 : devices.length + 1}>
        <DeviceTableHead sort={sort} onSort={onSort} />
        <tbody ref={body}>
          {before > 0 && <Spacer heightPx={before} />}
          {rows.map((row) => {
            const device = devices[row.index]
            return device && <DeviceRow key={device.id} device={device} index={row.index} onTag={onTag} />
          })}
          {after > 0 && <Spacer heightPx={after} />}
        </tbody>
      </table>
      {more && (
        <div className="flex justify-center py-4">
          <Button variant="ghost" busy={loadingMore} onClick={onMore}>
            Load more
          </Button>
        </div>
      )}
    </>
  )
}

function Spacer({ heightPx }: { heightPx: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height: heightPx }} />
    </tr>
  )
}
