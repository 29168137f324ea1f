import type { Metadata } from 'next'
import { DeviceSettings } from '@/features/device/settings/device-settings'

export const metadata: Metadata = { title: 'Settings' }

export default function SettingsPage() {
  return <DeviceSettings />
}
