'use client'

import { later } from '@/lib/later'

export const SettingsPage = later(() =>
  import('./settings/device-settings').then((module) => module.DeviceSettings),
)
