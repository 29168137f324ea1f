import type { ReactNode } from 'react'
import { DeviceFrame } from '@/app/views'

interface LayoutProps {
  params: Promise<{ device: string }>
  children: ReactNode
}

export default async function DeviceLayout({ params, children }: LayoutProps) {
  const { device } = await params
  return <DeviceFrame device={decodeURIComponent(device)}>{children}</DeviceFrame>
}
