'use client'

import { may, type Organization, type Permission } from '@heliograph/protocol'
import { createContext, type ReactNode, useContext } from 'react'

const OrganizationContext = createContext<Organization | null>(null)

export function OrganizationProvider({
  organization,
  children,
}: {
  organization: Organization
  children: ReactNode
}) {
  return <OrganizationContext value={organization}>{children}</OrganizationContext>
}

/** The organization whose pages these are, and the caller's role in it. */
export function useOrganization(): Organization {
  const organization = useContext(OrganizationContext)
  if (!organization) throw new Error('useOrganization needs an OrganizationProvider above it')
  return organization
}

/** Tells what the caller may do in it. A page offers only that. */
export function useMay(): (permission: Permission) => boolean {
  const { role } = useOrganization()
  return (permission) => may(role, permission)
}
