import type { Metadata } from 'next'
import { OrganizationsView } from '@/app/views'

export const metadata: Metadata = { title: 'Organizations' }

export default OrganizationsView
