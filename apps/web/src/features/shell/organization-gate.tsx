'use client'

import { type ReactNode, Suspense } from 'react'
import { later } from '@/lib/later'
import { FrameSkeleton } from './frame-skeleton'

const OrganizationFrame = later(() =>
  import('./organization-frame').then((module) => module.OrganizationFrame),
)

/** The frame before its script is there. */
export function OrganizationGate({ org, children }: { org: string; children: ReactNode }) {
  return (
    <Suspense fallback={<FrameSkeleton />}>
      <OrganizationFrame org={org}>{children}</OrganizationFrame>
    </Suspense>
  )
}
