import { Cpu } from 'lucide-react'
import type { ReactNode } from 'react'
import { EmptyState } from '@/components/empty-state'
import { useOrganization } from '@/lib/organization'

interface NoDevicesProps {
  /** The button that registers one; not for those who only read. */
  action: ReactNode
  children: ReactNode
}

/** Before the first device. */
export function NoDevices({ action, children }: NoDevicesProps) {
  const { role } = useOrganization()
  return (
    <EmptyState icon={<Cpu aria-hidden />} title="No devices yet" action={role === 'admin' && action}>
      {children}
    </EmptyState>
  )
}
