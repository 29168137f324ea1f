'use client'

import type { OrganizationSettings } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { useMe } from '@/lib/me'
import { paths } from '@/lib/paths'
import { useSecondFactors } from './use-second-factors'

const RequireDialog = dynamic(() => import('./two-factor-dialogs').then((m) => m.RequireDialog))
const ReleaseDialog = dynamic(() => import('./two-factor-dialogs').then((m) => m.ReleaseDialog))

/** Whether members have to sign in with two factors. Only who has them is offered to change it. */
export function TwoFactorRequirement({ settings }: { settings: OrganizationSettings }) {
  const [asking, setAsking] = useState(false)
  const own = useMe().data?.user.id
  const members = useSecondFactors()
  const mayChange = members.data?.items.some(({ id, secondFactor }) => id === own && secondFactor !== null)
  const { requiresTwoFactor } = settings
  const close = () => setAsking(false)
  return (
    <section aria-labelledby="two-factor-title">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="two-factor-title" className="flex items-center gap-2 text-16 font-semibold">
            Two-factor
            {requiresTwoFactor && <Badge tone="online">required</Badge>}
          </h2>
          <p className="mt-0.5 max-w-md text-13 text-ink-soft">
            {requiresTwoFactor
              ? 'Members sign in with an authenticator app, a passkey, or the OpenID provider. Others see nothing of this organization.'
              : 'Members may sign in by a password alone.'}
          </p>
          {members.data && !mayChange && (
            <p className="mt-1 max-w-md text-13 text-ink-soft">
              To change it, set up two-factor in{' '}
              <Link href={paths.account} className="text-ink underline underline-offset-2">
                your account
              </Link>{' '}
              first.
            </p>
          )}
        </div>
        {mayChange && (
          <Button onClick={() => setAsking(true)}>
            {requiresTwoFactor ? 'Stop requiring it…' : 'Require two-factor…'}
          </Button>
        )}
      </div>
      {asking && requiresTwoFactor && <ReleaseDialog settings={settings} onClose={close} />}
      {asking && !requiresTwoFactor && members.data && (
        <RequireDialog settings={settings} members={members.data.items} onClose={close} />
      )}
    </section>
  )
}
