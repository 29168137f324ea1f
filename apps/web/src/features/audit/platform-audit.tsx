'use client'

import { AuditList } from './audit-list'
import { platformAudit } from './audit-source'

/** What belongs to no organization, for platform administrators. */
export function PlatformAudit() {
  return (
    <AuditList
      source={platformAudit}
      intro="Who signed in, was refused, or changed an account, and which organizations ended, from where. What happens in an organization is in its own audit."
      empty="Sign-ins, changes of accounts, and organizations that end appear here."
    />
  )
}
