'use client'

import type { ReactNode } from 'react'
import { later, useLater } from '@/lib/later'
import { FrameSkeleton } from './frame-skeleton'

const frame = later(() => import('./organization-frame').then((module) => module.OrganizationFrame))

/** The frame, and before its script is there its outline. */
export function OrganizationGate({ org, children }: { org: string; children: ReactNode }) {
  const OrganizationFrame = useLater(frame)
  if (OrganizationFrame === null) return <FrameSkeleton />
  return <OrganizationFrame org={org}>{children}</OrganizationFrame>
}
