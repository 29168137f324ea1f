'use client'

import type { Credential } from '@heliograph/protocol'
import { KeyRound, Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Th, ThActions } from '@/components/table'
import { useMay } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { CredentialRow } from './credential-row'
import { DeviceTopics } from './device-topics'
import { useCredentials } from './use-credentials'

const IssueDialog = dynamic(() => import('./issue-dialog').then((m) => m.IssueDialog))
const RotateDialog = dynamic(() => import('./rotate-dialog').then((m) => m.RotateDialog))
const RevokeDialog = dynamic(() => import('./revoke-dialog').then((m) => m.RevokeDialog))

type Kind = 'rotate' | 'revoke'
type Action = { kind: 'issue' } | { kind: Kind; id: string }

/** The page of the device's credentials, and of the topics that they are for. */
export function CredentialsView() {
  return (
    <>
      <CredentialList />
      <DeviceTopics />
    </>
  )
}

function CredentialList() {
  const may = useMay()
  const { name } = useCurrentDevice()
  const [action, setAction] = useState<Action | null>(null)
  const { data } = useCredentials()
  // The credential as it is now, as it may have been used since the dialog was opened.
  const chosen = action?.kind === 'issue' ? null : data?.items.find(({ id }) => id === action?.id)
  const close = () => setAction(null)

  return (
    <section aria-labelledby="credentials-title" className="max-w-5xl">
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="credentials-title" className="text-16 font-semibold">
            Credentials
          </h2>
          <p className="mt-0.5 max-w-xl text-13 text-ink-soft">
            {name} signs in with these over MQTT and HTTP. Secrets are stored as hashes and cannot be shown
            again; rotate a credential to get a new secret.
          </p>
        </div>
        {may('credentials.manage') && (
          <Button onClick={() => setAction({ kind: 'issue' })}>
            <Plus aria-hidden />
            Create credential
          </Button>
        )}
      </div>
      <Credentials onAction={(kind, { id }) => setAction({ kind, id })} />
      {action?.kind === 'issue' && <IssueDialog onClose={close} />}
      {action?.kind === 'rotate' && chosen && <RotateDialog credential={chosen} onClose={close} />}
      {action?.kind === 'revoke' && chosen && <RevokeDialog credential={chosen} onClose={close} />}
    </section>
  )
}

function Credentials({ onAction }: { onAction: (kind: Kind, credential: Credential) => void }) {
  return (
    <Loaded
      query={useCredentials()}
      failure="The credentials could not be loaded"
      skeleton={<Skeleton className="h-30 w-full rounded-outer" />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title="No credentials">
            This device cannot connect without a credential. Create one and store it on the device.
          </EmptyState>
        ) : (
          <Table>
            <thead>
              <tr>
                <Th>Credential</Th>
                <Th>Last used</Th>
                <Th className="max-sm:hidden">Created</Th>
                <Th>Expires</Th>
                <ThActions />
              </tr>
            </thead>
            <tbody>
              {items.map((credential) => (
                <CredentialRow key={credential.id} credential={credential} onAction={onAction} />
              ))}
            </tbody>
          </Table>
        )
      }
    </Loaded>
  )
}
