import type { Metadata } from 'next'
import { SettingsPage } from '@/features/device/settings-page'

export const metadata: Metadata = { title: 'Settings' }

export default SettingsPage
