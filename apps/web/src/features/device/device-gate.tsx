'use client'

import type { ReactNode } from 'react'
import { later } from '@/lib/later'

const DeviceFrame = later(() => import('./device-frame').then((module) => module.DeviceFrame))

export function DeviceGate({ device, children }: { device: string; children: ReactNode }) {
  return <DeviceFrame device={device}>{children}</DeviceFrame>
}
