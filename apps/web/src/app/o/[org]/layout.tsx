import type { ReactNode } from 'react'
import { OrganizationGate } from '@/features/shell/organization-gate'

interface LayoutProps {
  params: Promise<{ org: string }>
  children: ReactNode
}

export default async function OrganizationLayout({ params, children }: LayoutProps) {
  const { org } = await params
  return <OrganizationGate org={org}>{children}</OrganizationGate>
}
