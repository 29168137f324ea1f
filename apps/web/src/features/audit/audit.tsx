'use client'

import { EmptyState } from '@/components/empty-state'
import { useMay, useOrganization } from '@/lib/organization'
import { AuditList } from './audit-list'
import { useOrganizationAudit } from './audit-source'

/** Who changed what in the organization, when and from where. */
export function Audit() {
  if (useMay()('audit.read')) return <ReadableAudit />
  return (
    <EmptyState title="Only admins and owners read the audit">Ask one of them to look for you.</EmptyState>
  )
}

function ReadableAudit() {
  const { name } = useOrganization()
  return (
    <AuditList
      source={useOrganizationAudit()}
      intro={`Who changed what in ${name}, and which members signed in, from where.`}
      empty="Each change of devices, people, keys and settings appears here."
    />
  )
}
