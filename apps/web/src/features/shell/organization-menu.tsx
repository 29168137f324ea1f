'use client'

import type { Organization } from '@heliograph/protocol'
import { ChevronsUpDown } from 'lucide-react'
import { lazy } from 'react'
import { LazyMenu } from '@/components/lazy-menu'
import { useOrganization } from '@/lib/organization'

const OrganizationMenuPanel = lazy(() => import('./organization-menu-panel'))

/** The name of the organization; with several, a menu that changes between them. */
export function OrganizationMenu({ organizations }: { organizations: Organization[] }) {
  const { slug, name } = useOrganization()
  if (organizations.length === 1) {
    return (
      <p className="truncate px-3 text-12 text-ink-faint" title={slug}>
        {name}
      </p>
    )
  }
  return (
    <LazyMenu
      trigger={
        <button
          type="button"
          className="flex h-8 w-full items-center gap-2 rounded-inner border border-line-strong bg-raised px-2.5 text-13 hover:bg-hover"
        >
          <span className="min-w-0 flex-1 truncate text-left">{name}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
        </button>
      }
    >
      {(trigger) => <OrganizationMenuPanel organizations={organizations} trigger={trigger} />}
    </LazyMenu>
  )
}
