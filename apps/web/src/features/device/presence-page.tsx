'use client'

import { later } from '@/lib/later'

export const PresencePage = later(() =>
  import('./presence/presence-history').then((module) => module.PresenceHistory),
)
