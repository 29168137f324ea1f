'use client'

import { later } from '@/lib/later'

export const LivePage = later(() => import('./live/live-view').then((module) => module.LiveView))
