'use client'

import type { InvitationDetails } from '@heliograph/protocol'
import { ErrorState } from '@/components/error-state'
import { Skeleton } from '@/components/skeleton'
import { ApiError } from '@/lib/api-error'
import { addressOf } from '@/lib/base-path'
import { isTemporary } from '@/lib/explain'
import { formatMoment } from '@/lib/format-time'
import { useMe } from '@/lib/me'
import { paths } from '@/lib/paths'
import { roleLabel, roleTexts } from '@/lib/role-texts'
import { useFragment } from '@/lib/use-fragment'
import { JoinForms } from './join-forms'
import { JoinSignedIn } from './join-signed-in'
import { SessionCard } from './session-card'
import { useInvitation } from './use-invitation'

/** The page of the link of an invitation. */
export function Join() {
  const token = useFragment()
  if (token === null) return <Loading />
  if (token === '')
    return (
      <SessionCard
        title="This link is incomplete"
        intro="Copy the whole link of the invitation, with all that follows the #, and open it again."
      >
        <HomeLink />
      </SessionCard>
    )
  return <WithToken key={token} token={token} />
}

function WithToken({ token }: { token: string }) {
  const invitation = useInvitation(token)
  const me = useMe()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  const error = invitation.error ?? (signedOut ? null : me.error)
  if (error instanceof ApiError && !isTemporary(error)) return <Refused error={error} />
  if (error !== null)
    return (
      <main>
        <ErrorState
          title="The invitation could not be loaded"
          error={error}
          onRetry={() => void Promise.all([invitation.refetch(), me.refetch()])}
        />
      </main>
    )
  // A form that was filled in stays while the person is loaded again.
  if (invitation.data === undefined || !me.isFetched) return <Loading />
  return (
    <SessionCard title={titleOf(invitation.data)} intro={introOf(invitation.data)}>
      {me.data ? (
        <JoinSignedIn token={token} invitation={invitation.data} me={me.data} />
      ) : (
        <JoinForms token={token} invitation={invitation.data} />
      )}
    </SessionCard>
  )
}

function titleOf({ organization, role }: InvitationDetails): string {
  return `Join ${organization.name} as ${role}`
}

function introOf({ invitedBy, role, tags, expiresAt }: InvitationDetails): string {
  const who = invitedBy === null ? 'You are invited.' : `${invitedBy} invites you.`
  const sight = tags === null ? '' : ` You will see the devices tagged ${tags.join(' or ')}.`
  return `${who} The link works until ${formatMoment(Date.parse(expiresAt))}. ${roleLabel(role)}: ${roleTexts[role]}${sight}`
}

/** How the invitation ended, as the platform says it. */
function Refused({ error }: { error: ApiError }) {
  return (
    <SessionCard title={titles[error.code] ?? 'This invitation cannot be used'} intro={error.detail}>
      <HomeLink />
    </SessionCard>
  )
}

const titles: Record<string, string> = {
  invitation_used: 'This invitation was used already',
  invitation_revoked: 'This invitation was revoked',
  invitation_expired: 'This invitation has expired',
  invitation_not_found: 'This invitation is not known',
}

function HomeLink() {
  return (
    <a href={addressOf(paths.home)} className="text-13 text-ink underline underline-offset-2">
      Go to Heliograph
    </a>
  )
}

function Loading() {
  return (
    <SessionCard title="Invitation" intro="It is being loaded.">
      <Skeleton className="h-64 w-full rounded-outer" />
    </SessionCard>
  )
}
