'use client'

import { later } from '@/lib/later'

export const OverviewPage = later(() => import('./overview').then((module) => module.Overview))
