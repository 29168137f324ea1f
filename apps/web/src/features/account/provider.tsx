'use client'

import type { SignInMethods } from '@heliograph/protocol'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/button'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { Notice } from '@/components/notice'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { explain } from '@/lib/explain'
import { formatDay } from '@/lib/format-time'
import { paths } from '@/lib/paths'
import { providerErrorText } from '@/lib/provider-errors'
import { goToProvider } from '@/lib/sign-in-options'
import { AccountSection } from './account-section'
import { useRefreshSignInMethods } from './use-sign-in-methods'

interface ProviderProps {
  provider: NonNullable<SignInMethods['openIdConnect']>
  /** The only way in cannot be given up. */
  hasPassword: boolean
}

/** The OpenID provider by which the person may sign in. */
export function Provider({ provider: { name, connectedAt }, hasPassword }: ProviderProps) {
  const [disconnecting, setDisconnecting] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const refused = useSearchParams().get('error')
  const connect = () => {
    setFailure(null)
    goToProvider('link-social', paths.account).catch((error) => setFailure(explain(error).what))
  }
  const problem = failure ?? (refused && connectedAt === null ? providerErrorText(refused, name) : null)
  return (
    <AccountSection
      title={name}
      intro={
        connectedAt === null
          ? `Connect your account at ${name} to sign in with it. It needs the same e-mail address there.`
          : `You may sign in with ${name} since ${formatDay(Date.parse(connectedAt))}. What it asks for counts in place of two-factor here.`
      }
      action={
        connectedAt === null ? (
          <Button onClick={connect}>Connect</Button>
        ) : (
          hasPassword && <Button onClick={() => setDisconnecting(true)}>Disconnect</Button>
        )
      }
    >
      {problem && <Notice tone="refused">{problem}</Notice>}
      {disconnecting && <DisconnectDialog name={name} onClose={() => setDisconnecting(false)} />}
    </AccountSection>
  )
}

function DisconnectDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const refresh = useRefreshSignInMethods()
  const toast = useToast()
  const disconnect = async () => {
    await request('/api/v1/me/sign-in-methods/open-id-connect', { method: 'DELETE' })
    await refresh()
    toast(`${name} is disconnected`)
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Disconnect ${name}?`}
      confirmLabel="Disconnect"
      onConfirm={disconnect}
    >
      <p>
        You then sign in with your password. Memberships that {name} gave you stay until you connect it again
        without the groups for them.
      </p>
    </ConfirmDialog>
  )
}
