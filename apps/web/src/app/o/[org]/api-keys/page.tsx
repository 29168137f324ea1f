import type { Metadata } from 'next'
import { ApiKeysView } from '@/app/views'

export const metadata: Metadata = { title: 'API keys' }

export default ApiKeysView
