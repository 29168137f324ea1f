import type { Metadata } from 'next'
import { CredentialsView } from '@/app/views'

export const metadata: Metadata = { title: 'Credentials' }

export default CredentialsView
