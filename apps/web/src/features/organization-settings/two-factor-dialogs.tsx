'use client'

import type { Member, OrganizationSettings } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { useToast } from '@/components/toast'
import { useSaveSettings } from './use-organization-settings'

const mostNames = 8

interface RequireDialogProps {
  settings: OrganizationSettings
  members: readonly Member[]
  onClose: () => void
}

/** Names who loses access before two-factor is required. */
export function RequireDialog({ settings, members, onClose }: RequireDialogProps) {
  const save = useSaveSettings()
  const toast = useToast()
  const without = members.filter(({ secondFactor }) => secondFactor === null)
  const byPasskey = members.filter(({ secondFactor }) => secondFactor === 'passkey')
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Require two-factor in ${settings.name}?`}
      confirmLabel="Require two-factor"
      onConfirm={async () => {
        await save({ requiresTwoFactor: true })
        toast('Saved: two-factor is required')
      }}
    >
      {without.length === 0 ? (
        <p>All {members.length} members have a second factor.</p>
      ) : (
        <>
          <p>
            At once, until they set it up in their accounts, these lose access, also on pages that are open:
          </p>
          <Names of={without} />
        </>
      )}
      {byPasskey.length > 0 && (
        <>
          <p>These have passkeys, and have to sign in with them instead of by a password alone:</p>
          <Names of={byPasskey} />
        </>
      )}
      <p>API keys, applications and devices go on.</p>
    </ConfirmDialog>
  )
}

function Names({ of: members }: { of: readonly Member[] }) {
  const more = members.length - mostNames
  return (
    <ul className="list-disc pl-5">
      {members.slice(0, mostNames).map(({ id, name, email }) => (
        <li key={id} className="break-words">
          {name} <span className="text-ink-faint">({email})</span>
        </li>
      ))}
      {more > 0 && <li>{more} more</li>}
    </ul>
  )
}

interface ReleaseDialogProps {
  settings: OrganizationSettings
  onClose: () => void
}

export function ReleaseDialog({ settings, onClose }: ReleaseDialogProps) {
  const save = useSaveSettings()
  const toast = useToast()
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Stop requiring two-factor in ${settings.name}?`}
      confirmLabel="Stop requiring it"
      onConfirm={async () => {
        await save({ requiresTwoFactor: false })
        toast('Saved: two-factor is not required')
      }}
    >
      <p>Whoever has the password of a member without two-factor reaches this organization again.</p>
    </ConfirmDialog>
  )
}
