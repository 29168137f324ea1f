import { Cpu } from 'lucide-react'
import type { ReactNode } from 'react'
import { EmptyState } from '@/components/empty-state'
import { useMay } from '@/lib/organization'

interface NoDevicesProps {
  /** The control that leads to the registration; viewers do not see it. */
  action: ReactNode
  children: ReactNode
}

/** The empty state of an organization without devices. */
export function NoDevices({ action, children }: NoDevicesProps) {
  const may = useMay()
  return (
    <EmptyState icon={<Cpu aria-hidden />} title="No devices yet" action={may('devices.create') && action}>
      {children}
    </EmptyState>
  )
}
