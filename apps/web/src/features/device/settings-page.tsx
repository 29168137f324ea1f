'use client'

import { later } from '@/lib/later'

const DeviceSettings = later(() =>
  import('./settings/device-settings').then((module) => module.DeviceSettings),
)

export function SettingsPage() {
  return <DeviceSettings />
}
