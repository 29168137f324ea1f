import type { Metadata } from 'next'
import { AuditView } from '@/app/views'

export const metadata: Metadata = { title: 'Audit' }

export default AuditView
