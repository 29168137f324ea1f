'use client'

import type { ApiKey } from '@heliograph/protocol'
import { KeyRound, Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Th, ThActions } from '@/components/table'
import { useApiKeys } from '@/lib/api-keys'
import { addressOf } from '@/lib/base-path'
import { useMay, useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { ApiKeyRow, type ApiKeyRowProps } from './api-key-row'

const CreateKeyDialog = dynamic(() => import('./create-key-dialog').then((m) => m.CreateKeyDialog))
const RotateKeyDialog = dynamic(() => import('./rotate-key-dialog').then((m) => m.RotateKeyDialog))
const RevokeKeyDialog = dynamic(() => import('./revoke-key-dialog').then((m) => m.RevokeKeyDialog))

/** What a person is asked about a key. */
interface Asked {
  kind: 'rotate' | 'revoke'
  apiKey: ApiKey
}

export function ApiKeyList() {
  if (useMay()('apiKeys.manage')) return <ManagedApiKeys />
  return (
    <EmptyState level={1} icon={<KeyRound aria-hidden />} title="Only admins and owners manage API keys">
      Ask one of them for a key.
    </EmptyState>
  )
}

function ManagedApiKeys() {
  const { name } = useOrganization()
  const [creating, setCreating] = useState(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  return (
    <div className="max-w-5xl">
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-20 font-semibold tracking-tight">API keys</h1>
          <p className="mt-0.5 max-w-xl text-13 text-ink-soft">
            Scripts use these to call the REST API of {name}; see its{' '}
            <a href={addressOf(paths.apiDocs)} className="text-ink underline underline-offset-2">
              documentation
            </a>
            . Devices sign in with credentials instead.
          </p>
        </div>
        <Button variant="primary" onClick={() => setCreating(true)}>
          <Plus aria-hidden />
          Create API key
        </Button>
      </header>
      <Keys onAction={(kind, apiKey) => setAsked({ kind, apiKey })} />
      {creating && <CreateKeyDialog onClose={() => setCreating(false)} />}
      {asked?.kind === 'rotate' && <RotateKeyDialog apiKey={asked.apiKey} onClose={close} />}
      {asked?.kind === 'revoke' && <RevokeKeyDialog apiKey={asked.apiKey} onClose={close} />}
    </div>
  )
}

function Keys({ onAction }: Pick<ApiKeyRowProps, 'onAction'>) {
  return (
    <Loaded
      query={useApiKeys()}
      failure="The API keys could not be loaded"
      skeleton={<Skeleton className="h-40 w-full rounded-outer" />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title="No API keys yet">
            With an API key, a script can register devices and read telemetry, as these pages do.
          </EmptyState>
        ) : (
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="max-sm:hidden">Access</Th>
                <Th className="max-sm:hidden">Last used</Th>
                <Th className="max-sm:hidden">Created</Th>
                <Th>Expires</Th>
                <ThActions />
              </tr>
            </thead>
            <tbody>
              {items.map((key) => (
                <ApiKeyRow key={key.id} apiKey={key} onAction={onAction} />
              ))}
            </tbody>
          </Table>
        )
      }
    </Loaded>
  )
}
