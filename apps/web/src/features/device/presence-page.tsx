'use client'

import { later } from '@/lib/later'

const PresenceHistory = later(() =>
  import('./presence/presence-history').then((module) => module.PresenceHistory),
)

export function PresencePage() {
  return <PresenceHistory />
}
