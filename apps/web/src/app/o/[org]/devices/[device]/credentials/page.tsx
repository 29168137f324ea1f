import type { Metadata } from 'next'
import { CredentialsPage } from '@/features/device/credentials-page'

export const metadata: Metadata = { title: 'Credentials' }

export default CredentialsPage
