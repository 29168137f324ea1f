import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { DeviceFrame } from '@/app/views'

interface LayoutProps {
  params: Promise<{ device: string }>
  children: ReactNode
}

/** The device first: of several tabs, the beginning of the title is in sight. */
export async function generateMetadata({ params }: Pick<LayoutProps, 'params'>): Promise<Metadata> {
  const device = decodeURIComponent((await params).device)
  return { title: { default: device, template: `${device} · %s · Heliograph` } }
}

export default async function DeviceLayout({ params, children }: LayoutProps) {
  const { device } = await params
  return <DeviceFrame device={decodeURIComponent(device)}>{children}</DeviceFrame>
}
