'use client'

import type { ReactNode } from 'react'
import { LinkTabs } from '@/components/link-tabs'
import { useMay, useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

/** The frame of the pages of settings: the heading, and the tabs of the pages. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { name, slug } = useOrganization()
  const may = useMay()
  return (
    <>
      <h1 className="text-20 font-semibold tracking-tight">Settings</h1>
      <LinkTabs
        label={`Settings of ${name}`}
        className="-mx-4 mt-3 mb-6 border-b px-2 md:-mx-8 md:px-6"
        tabs={[
          { href: paths.settings(slug), label: 'General' },
          { href: paths.members(slug), label: 'Members' },
          ...(may('applications.read') ? [{ href: paths.applications(slug), label: 'Applications' }] : []),
          ...(may('audit.read') ? [{ href: paths.audit(slug), label: 'Audit' }] : []),
        ]}
      />
      {children}
    </>
  )
}
