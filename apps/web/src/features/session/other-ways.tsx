'use client'

import { Fingerprint, LogIn } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { Button } from '@/components/button'
import { Notice } from '@/components/notice'
import { explain } from '@/lib/explain'
import { canUsePasskeys, signInByPasskey } from '@/lib/passkeys'
import { providerErrorText } from '@/lib/provider-errors'
import { goToProvider, useSignInOptions } from '@/lib/sign-in-options'

interface OtherWaysProps {
  /** The page to show after sign-in. */
  next: string
  onSignedIn: () => void
}

/** Ways to sign in without a password of this platform. What does not work here is not offered. */
export function OtherWays({ next, onSignedIn }: OtherWaysProps) {
  const { data: options } = useSignInOptions()
  const refused = useSearchParams().get('error')
  const [failure, setFailure] = useState<string | null>(null)
  if (options === undefined) return null
  const provider = options.openIdConnect?.name
  const hasPasskeys = canUsePasskeys(options.passkeyHost)
  if (provider === undefined && !hasPasskeys) return null

  const attempt = (work: () => Promise<void>) => async () => {
    setFailure(null)
    await work().catch((error: unknown) => {
      const { what, todo } = explain(error)
      setFailure(`${what} ${todo}`.trim())
    })
  }
  const byPasskey = attempt(async () => {
    if (await signInByPasskey()) onSignedIn()
  })
  const byProvider = attempt(() => goToProvider('sign-in/social', next))
  const problem = failure ?? (refused && provider ? providerErrorText(refused, provider) : null)
  return (
    <div className="flex flex-col gap-2.5 border-t pt-5">
      {problem && <Notice tone="refused">{problem}</Notice>}
      {provider !== undefined && (
        <WayButton icon={<LogIn aria-hidden />} onClick={byProvider}>
          Sign in with {provider}
        </WayButton>
      )}
      {hasPasskeys && (
        <WayButton icon={<Fingerprint aria-hidden />} onClick={byPasskey}>
          Sign in with a passkey
        </WayButton>
      )}
    </div>
  )
}

interface WayButtonProps {
  icon: ReactNode
  onClick: () => Promise<void>
  children: ReactNode
}

function WayButton({ icon, onClick, children }: WayButtonProps) {
  const [busy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    await onClick()
    setBusy(false)
  }
  return (
    <Button className="w-full" busy={busy} onClick={run}>
      {icon}
      {children}
    </Button>
  )
}
