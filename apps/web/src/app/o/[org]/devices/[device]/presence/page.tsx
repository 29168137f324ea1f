import type { Metadata } from 'next'
import { PresenceHistory } from '@/features/device/presence/presence-history'

export const metadata: Metadata = { title: 'Presence' }

export default function PresenceHistoryPage() {
  return <PresenceHistory />
}
