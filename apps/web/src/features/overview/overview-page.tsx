'use client'

import { later } from '@/lib/later'

const Overview = later(() => import('./overview').then((module) => module.Overview))

export function OverviewPage() {
  return <Overview />
}
