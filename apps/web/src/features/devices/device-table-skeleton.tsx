import { Skeleton } from '@/components/skeleton'
import { DeviceTableHead, tableClass } from './device-table-head'
import { ROW_HEIGHT_PX } from './row-height'

export function DeviceTableSkeleton() {
  return (
    <table className={tableClass} aria-busy="true" aria-label="Loading devices">
      <DeviceTableHead sort="name" />
      <tbody>
        {[56, 40, 64, 48, 36, 60].map((width) => (
          <tr key={width} className="border-b" style={{ height: ROW_HEIGHT_PX }}>
            <td className="hidden px-4 sm:table-cell">
              <Skeleton className="w-16" />
            </td>
            <td className="px-4">
              <div style={{ width: `${width}%` }} className="flex max-w-64 flex-col gap-1.5">
                <Skeleton className="h-3.5 w-full" />
                <Skeleton className="h-3 w-2/3" />
              </div>
            </td>
            <td className="hidden px-4 lg:table-cell">
              <Skeleton className="w-24" />
            </td>
            <td className="px-4">
              <Skeleton className="ml-auto w-14" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
