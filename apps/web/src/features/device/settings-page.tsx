'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./settings/device-settings').then((module) => module.DeviceSettings))

export function SettingsPage() {
  const DeviceSettings = useLater(page)
  return DeviceSettings && <DeviceSettings />
}
