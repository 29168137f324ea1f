'use client'

import type { ReactNode } from 'react'
import { later, useLater } from '@/lib/later'

const frame = later(() => import('./device-frame').then((module) => module.DeviceFrame))

export function DeviceGate({ device, children }: { device: string; children: ReactNode }) {
  const DeviceFrame = useLater(frame)
  return DeviceFrame && <DeviceFrame device={device}>{children}</DeviceFrame>
}
