'use client'

import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { useOrganization } from '@/lib/organization'
import { RetentionForm } from './retention-form'
import { SetAside } from './set-aside'
import { useOrganizationSettings } from './use-organization-settings'

export function OrganizationSettings() {
  const { role } = useOrganization()
  return (
    <div className="max-w-2xl">
      <h1 className="mb-5 text-20 font-semibold tracking-tight">Settings</h1>
      <Loaded
        query={useOrganizationSettings()}
        failure="The settings could not be loaded"
        skeleton={<Skeleton className="h-64 w-full rounded-outer" />}
      >
        {(settings) => (
          <div className="flex flex-col gap-8">
            <dl className="grid grid-cols-[6rem_1fr] gap-x-4 gap-y-2 text-13">
              <dt className="text-ink-soft">Name</dt>
              <dd className="break-words">{settings.name}</dd>
              <dt className="text-ink-soft">Slug</dt>
              <dd className="font-mono">{settings.slug}</dd>
            </dl>
            <section aria-labelledby="retention-title">
              <h2 id="retention-title" className="mb-4 text-16 font-semibold">
                Retention
              </h2>
              <RetentionForm settings={settings} readOnly={role !== 'admin'} />
            </section>
            {role === 'admin' && <SetAside />}
          </div>
        )}
      </Loaded>
    </div>
  )
}
