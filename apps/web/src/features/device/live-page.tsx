'use client'

import { later } from '@/lib/later'

const LiveView = later(() => import('./live/live-view').then((module) => module.LiveView))

export function LivePage() {
  return <LiveView />
}
