import type { ReactNode } from 'react'
import { DeviceGate } from '@/features/device/device-gate'

interface LayoutProps {
  params: Promise<{ device: string }>
  children: ReactNode
}

export default async function DeviceLayout({ params, children }: LayoutProps) {
  const { device } = await params
  return <DeviceGate device={decodeURIComponent(device)}>{children}</DeviceGate>
}
