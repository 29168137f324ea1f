import type { Metadata } from 'next'
import { OrganizationSettingsView } from '@/app/views'

export const metadata: Metadata = { title: 'Settings' }

export default OrganizationSettingsView
