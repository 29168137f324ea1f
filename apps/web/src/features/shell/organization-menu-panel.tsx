'use client'

import type { Organization } from '@heliograph/protocol'
import type { ReactNode } from 'react'
import { Menu } from '@/components/menu'
import { OrganizationChoice } from './organization-choice'

interface OrganizationMenuPanelProps {
  organizations: Organization[]
  trigger: ReactNode
}

export default function OrganizationMenuPanel({ organizations, trigger }: OrganizationMenuPanelProps) {
  return (
    <Menu align="start" trigger={trigger}>
      <OrganizationChoice organizations={organizations} />
    </Menu>
  )
}
