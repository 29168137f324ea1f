'use client'

import { type Invitation, mayManageRole } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th, ThActions } from '@/components/table'
import { TimeUntil } from '@/components/time-ago'
import { creatorText } from '@/lib/creator-text'
import { useOrganization } from '@/lib/organization'
import { useInvitations } from './use-members'

const RevokeDialog = dynamic(() => import('./revoke-dialog').then((m) => m.RevokeDialog))

/** Invitations that nobody has accepted yet. */
export function Invitations() {
  const [revoking, setRevoking] = useState<Invitation | null>(null)
  return (
    <section aria-labelledby="invitations-title">
      <h2 id="invitations-title" className="mb-4 text-16 font-semibold">
        Open invitations
      </h2>
      <Loaded
        query={useInvitations()}
        failure="The invitations could not be loaded"
        skeleton={<Skeleton className="h-24 w-full rounded-outer" />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-13 text-ink-soft">No open invitations.</p>
          ) : (
            <Table>
              <thead>
                <tr>
                  <Th>For</Th>
                  <Th>Role</Th>
                  <Th className="max-md:hidden">Invited by</Th>
                  <Th>Expires</Th>
                  <ThActions />
                </tr>
              </thead>
              <tbody>
                {items.map((invitation) => (
                  <Row key={invitation.id} invitation={invitation} onRevoke={setRevoking} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      {revoking && <RevokeDialog invitation={revoking} onClose={() => setRevoking(null)} />}
    </section>
  )
}

interface RowProps {
  invitation: Invitation
  onRevoke: (invitation: Invitation) => void
}

function Row({ invitation, onRevoke }: RowProps) {
  const { role } = useOrganization()
  const forWhom = invitation.email ?? 'anyone with the link'
  return (
    <tr>
      <Td className="max-w-0 w-1/2 min-w-28 sm:min-w-56">
        {invitation.email === null ? (
          'Anyone with the link'
        ) : (
          <span className="block truncate">{invitation.email}</span>
        )}
        <span className="block truncate text-12 text-ink-faint md:hidden">
          by {creatorText(invitation.createdBy)}
        </span>
      </Td>
      <Td>
        <Badge>{invitation.role}</Badge>
        {invitation.tags !== null && (
          <span className="mt-1 block max-w-28 text-12 wrap-anywhere text-ink-faint sm:max-w-56">
            devices tagged {invitation.tags.join(' or ')}
          </span>
        )}
      </Td>
      <Td className="max-w-48 truncate text-ink-soft max-md:hidden">{creatorText(invitation.createdBy)}</Td>
      <Td className="whitespace-nowrap text-ink-soft">
        <TimeUntil ts={Date.parse(invitation.expiresAt)} />
      </Td>
      <Td className="w-20 text-right max-sm:px-1">
        {mayManageRole(role, invitation.role) && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke the invitation for ${forWhom}`}
            className="hover:text-refused-text"
            onClick={() => onRevoke(invitation)}
          >
            Revoke
          </Button>
        )}
      </Td>
    </tr>
  )
}
