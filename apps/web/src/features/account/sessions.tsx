'use client'

import type { OwnSession } from '@heliograph/protocol'
import { useState } from 'react'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th, ThActions } from '@/components/table'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import { AccountSection } from './account-section'
import { browserName } from './browser-name'
import { useSessionCalls, useSessions } from './use-sessions'

/** Where the person is signed in, and a way to end each. */
export function Sessions() {
  const query = useSessions()
  const [ending, setEnding] = useState(false)
  const others = (query.data?.items ?? []).filter(({ current }) => !current).length
  return (
    <AccountSection
      title="Where you are signed in"
      intro="Signing a browser out ends the live connections of its pages at once. API keys stay valid."
      action={others > 0 && <Button onClick={() => setEnding(true)}>Sign out everywhere else</Button>}
    >
      <Loaded
        query={query}
        failure="Your sessions could not be loaded"
        skeleton={<Skeleton className="h-32 w-full rounded-outer" />}
      >
        {({ items }) => (
          <Table>
            <thead>
              <tr>
                <Th>Browser</Th>
                <Th className="max-sm:hidden">Signed in</Th>
                <Th className="max-sm:hidden">Last seen</Th>
                <ThActions />
              </tr>
            </thead>
            <tbody>
              {items.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      {ending && <EndOthersDialog count={others} onClose={() => setEnding(false)} />}
    </AccountSection>
  )
}

function SessionRow({ session }: { session: OwnSession }) {
  const name = browserName(session.userAgent)
  const address = session.address ?? 'unknown address'
  return (
    <tr>
      <Td className="max-w-0 w-full min-w-40 sm:w-1/2">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium" title={session.userAgent ?? undefined}>
            {name}
          </span>
          {session.current && <Badge tone="accent">this browser</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-faint">{address}</span>
        <span className="block truncate text-12 text-ink-faint sm:hidden">
          since <TimeAgo ts={Date.parse(session.createdAt)} />, seen{' '}
          <TimeAgo ts={Date.parse(session.lastSeenAt)} />
        </span>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        <TimeAgo ts={Date.parse(session.createdAt)} />
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        {session.current ? 'now' : <TimeAgo ts={Date.parse(session.lastSeenAt)} />}
      </Td>
      <Td className="w-20 text-right max-sm:px-1">
        {!session.current && <EndButton session={session} name={`${name}, ${address}`} />}
      </Td>
    </tr>
  )
}

/** It asks nothing: whoever is signed in there signs in again. */
function EndButton({ session, name }: { session: OwnSession; name: string }) {
  const { end } = useSessionCalls()
  const toast = useToast()
  const [busy, setBusy] = useState(false)
  const onClick = async () => {
    setBusy(true)
    await end(session.id).then(
      () => toast(`${name} was signed out`),
      (error) => toast(`${name} is still signed in. ${explain(error).what}`, 'failed'),
    )
    setBusy(false)
  }
  return (
    <Button
      size="sm"
      variant="ghost"
      busy={busy}
      aria-label={`Sign out ${name}`}
      className="hover:text-refused-text"
      onClick={onClick}
    >
      Sign out
    </Button>
  )
}

function EndOthersDialog({ count, onClose }: { count: number; onClose: () => void }) {
  const { endOthers } = useSessionCalls()
  const toast = useToast()
  const sessions = count === 1 ? 'One other session' : `${count} other sessions`
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Sign out everywhere else?"
      confirmLabel="Sign out everywhere else"
      onConfirm={async () => {
        await endOthers()
        toast('You are signed out everywhere else')
      }}
    >
      <p>
        {sessions} and the live connections of {count === 1 ? 'its' : 'their'} pages end at once. This browser
        stays signed in, and API keys stay valid.
      </p>
    </ConfirmDialog>
  )
}
