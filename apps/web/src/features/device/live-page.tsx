'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./live/live-view').then((module) => module.LiveView))

export function LivePage() {
  const LiveView = useLater(page)
  return LiveView && <LiveView />
}
