'use client'

import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { useMay } from '@/lib/organization'
import { DeleteOrganization } from './delete-organization'
import { NameForm } from './name-form'
import { RetentionForm } from './retention-form'
import { SetAside } from './set-aside'
import { TwoFactorRequirement } from './two-factor-requirement'
import { useOrganizationSettings } from './use-organization-settings'

export function OrganizationSettings() {
  const may = useMay()
  return (
    <div className="max-w-2xl">
      <Loaded
        query={useOrganizationSettings()}
        failure="The settings could not be loaded"
        skeleton={<Skeleton className="h-96 w-full rounded-outer" />}
      >
        {(settings) => (
          <div className="flex flex-col gap-8">
            <section aria-labelledby="organization-title">
              <h2 id="organization-title" className="mb-4 text-16 font-semibold">
                Organization
              </h2>
              <NameForm settings={settings} />
            </section>
            <section aria-labelledby="retention-title">
              <h2 id="retention-title" className="mb-4 text-16 font-semibold">
                Retention
              </h2>
              <RetentionForm settings={settings} readOnly={!may('organization.update')} />
            </section>
            {may('organization.update') && <TwoFactorRequirement settings={settings} />}
            {may('setAside.manage') && <SetAside />}
            {may('organization.delete') && <DeleteOrganization />}
          </div>
        )}
      </Loaded>
    </div>
  )
}
