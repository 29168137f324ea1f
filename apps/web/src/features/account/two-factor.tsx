'use client'

import type { SignInMethods } from '@heliograph/protocol'
import { lazy, Suspense, useState } from 'react'
import { z } from 'zod'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Notice } from '@/components/notice'
import { useToast } from '@/components/toast'
import { AccountSection } from './account-section'
import { PasswordDialog } from './password-dialog'
import { requestWithPassword } from './password-refusal'
import { RecoveryCodesDialog } from './recovery-codes-dialog'
import { useRefreshSignInMethods } from './use-sign-in-methods'

const TwoFactorSetup = lazy(() => import('./two-factor-setup'))

const Started = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) })
const Renewed = z.object({ backupCodes: z.array(z.string()) })

type Step =
  | { kind: 'none' }
  | { kind: 'turn on' }
  | { kind: 'prove'; uri: string; codes: string[] }
  | { kind: 'codes'; codes: string[] }
  | { kind: 'turn off' }
  | { kind: 'renew' }

const none: Step = { kind: 'none' }

interface TwoFactorProps {
  methods: SignInMethods
  email: string
}

/** A code of an authenticator app after the password. */
export function TwoFactor({ methods, email }: TwoFactorProps) {
  const [step, setStep] = useState(none)
  const { twoFactor } = methods
  return (
    <AccountSection
      title="Two-factor"
      intro="After your password, sign-in asks for a code that an app on your phone shows."
      action={
        twoFactor === null ? (
          <Button onClick={() => setStep({ kind: 'turn on' })}>Turn on</Button>
        ) : (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setStep({ kind: 'renew' })}>New recovery codes</Button>
            <Button variant="danger" onClick={() => setStep({ kind: 'turn off' })}>
              Turn off
            </Button>
          </div>
        )
      }
    >
      <TwoFactorState twoFactor={twoFactor} />
      <StepDialog step={step} onStep={setStep} email={email} />
    </AccountSection>
  )
}

function TwoFactorState({ twoFactor }: Pick<SignInMethods, 'twoFactor'>) {
  if (twoFactor === null)
    return <p className="text-13 text-ink-soft">Off: your password alone is enough to sign in.</p>
  const { recoveryCodesLeft: left } = twoFactor
  return (
    <div className="flex flex-col gap-3 text-13 text-ink-soft">
      <p>
        <Badge tone="online">on</Badge> {left} of 10 recovery codes are left.
      </p>
      {left <= 3 && (
        <Notice tone="quiet">Make new recovery codes, so that a lost phone does not lock you out.</Notice>
      )}
    </div>
  )
}

interface StepDialogProps {
  step: Step
  onStep: (step: Step) => void
  email: string
}

function StepDialog({ step, onStep, email }: StepDialogProps) {
  const { start, renew, turnOff, done } = useTwoFactorCalls(onStep)
  const close = () => onStep(none)
  switch (step.kind) {
    case 'none':
      return null
    case 'turn on':
      return (
        <PasswordDialog title="Turn on two-factor" submit="Continue" onSubmit={start} onClose={close}>
          <p>You need an authenticator app on your phone or in your password manager.</p>
        </PasswordDialog>
      )
    case 'prove':
      return (
        <Suspense>
          <TwoFactorSetup uri={step.uri} onDone={() => done(step.codes)} onClose={close} />
        </Suspense>
      )
    case 'codes':
      return <RecoveryCodesDialog codes={step.codes} email={email} onClose={close} />
    case 'renew':
      return (
        <PasswordDialog title="New recovery codes" submit="Make new codes" onSubmit={renew} onClose={close}>
          <p>The recovery codes that you have stop working.</p>
        </PasswordDialog>
      )
    case 'turn off':
      return (
        <PasswordDialog title="Turn off two-factor?" submit="Turn off" onSubmit={turnOff} onClose={close}>
          <p>
            Your password alone is then enough to sign in. The secret in your app and your recovery codes stop
            working.
          </p>
        </PasswordDialog>
      )
  }
}

function useTwoFactorCalls(onStep: (step: Step) => void) {
  const refresh = useRefreshSignInMethods()
  const toast = useToast()
  return {
    start: async (body: { password: string }) => {
      const { totpURI, backupCodes } = await requestWithPassword('/api/auth/two-factor/enable', body, Started)
      onStep({ kind: 'prove', uri: totpURI, codes: backupCodes })
    },
    done: async (codes: string[]) => {
      await refresh()
      onStep({ kind: 'codes', codes })
    },
    renew: async (body: { password: string }) => {
      const path = '/api/auth/two-factor/generate-backup-codes'
      const { backupCodes } = await requestWithPassword(path, body, Renewed)
      await refresh()
      onStep({ kind: 'codes', codes: backupCodes })
    },
    turnOff: async (body: { password: string }) => {
      await requestWithPassword('/api/auth/two-factor/disable', body, z.unknown())
      await refresh()
      toast('Two-factor is off')
      onStep(none)
    },
  }
}
