import type { Metadata } from 'next'
import { PresenceView } from '@/app/views'

export const metadata: Metadata = { title: 'Presence' }

export default PresenceView
