'use client'

import type { Organization } from '@heliograph/protocol'
import { useRouter } from 'next/navigation'
import { MenuChoice } from '@/components/menu'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

/** The part of a menu that says which organization is shown, and changes to another. */
export function OrganizationChoice({ organizations }: { organizations: Organization[] }) {
  const { slug } = useOrganization()
  const router = useRouter()
  return (
    <MenuChoice
      label="Organization"
      closes
      value={slug}
      onChange={(next) => router.push(paths.devices(next))}
      options={organizations.map((other) => ({ value: other.slug, label: other.name }))}
    />
  )
}
