import type { Metadata } from 'next'
import { PlatformAuditView } from '@/app/views'

export const metadata: Metadata = { title: 'Audit of the platform' }

export default PlatformAuditView
