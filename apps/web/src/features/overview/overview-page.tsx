'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./overview').then((module) => module.Overview))

export function OverviewPage() {
  const Overview = useLater(page)
  return Overview && <Overview />
}
