import type { Metadata } from 'next'
import { PresencePage } from '@/features/device/presence-page'

export const metadata: Metadata = { title: 'Presence' }

export default PresencePage
