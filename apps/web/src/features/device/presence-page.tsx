'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./presence/presence-history').then((module) => module.PresenceHistory))

export function PresencePage() {
  const PresenceHistory = useLater(page)
  return PresenceHistory && <PresenceHistory />
}
