'use client'

import { allowedPermissions, type Organization, type Permission } from '@heliograph/protocol'
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
  const { role, tags } = useOrganization()
  const allowed = allowedPermissions(role, { tags })
  return (permission) => allowed.has(permission)
}

/** The caller sees only devices with one of these tags; null: all devices. */
export function useTagLimit(): readonly string[] | null {
  return useOrganization().tags
}
