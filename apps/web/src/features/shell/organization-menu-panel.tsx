'use client'

import type { Organization } from '@heliograph/protocol'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { Menu, MenuChoice } from '@/components/menu'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

interface OrganizationMenuPanelProps {
  organizations: Organization[]
  trigger: ReactNode
}

export default function OrganizationMenuPanel({ organizations, trigger }: OrganizationMenuPanelProps) {
  const { slug } = useOrganization()
  const router = useRouter()
  return (
    <Menu align="start" trigger={trigger}>
      <MenuChoice
        label="Organization"
        value={slug}
        onChange={(next) => router.push(paths.devices(next))}
        options={organizations.map((other) => ({ value: other.slug, label: other.name }))}
      />
    </Menu>
  )
}
