'use client'

import { later } from '@/lib/later'

const DeviceList = later(() => import('./device-list').then((module) => module.DeviceList))

export function DevicesPage() {
  return <DeviceList />
}
