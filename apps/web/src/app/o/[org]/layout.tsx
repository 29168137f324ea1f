import type { ReactNode } from 'react'
import { OrganizationFrame } from '@/app/views'

interface LayoutProps {
  params: Promise<{ org: string }>
  children: ReactNode
}

export default async function OrganizationLayout({ params, children }: LayoutProps) {
  const { org } = await params
  return <OrganizationFrame org={org}>{children}</OrganizationFrame>
}
