'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./device-list').then((module) => module.DeviceList))

export function DevicesPage() {
  const DeviceList = useLater(page)
  return DeviceList && <DeviceList />
}
