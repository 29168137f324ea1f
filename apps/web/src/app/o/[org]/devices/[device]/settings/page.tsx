import type { Metadata } from 'next'
import { SettingsView } from '@/app/views'

export const metadata: Metadata = { title: 'Settings' }

export default SettingsView
