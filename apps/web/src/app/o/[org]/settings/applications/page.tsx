import type { Metadata } from 'next'
import { ApplicationsView } from '@/app/views'

export const metadata: Metadata = { title: 'Applications' }

export default ApplicationsView
