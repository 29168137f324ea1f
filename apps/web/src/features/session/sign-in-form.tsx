'use client'

import { useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { Form } from '@/components/form'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { meKey } from '@/lib/me-key'
import { paths, safeReturnPath } from '@/lib/paths'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { OtherWays } from './other-ways'
import { SecondStep } from './second-step'
import { SignInInput, signIn } from './sign-in'
import { SubmitButton } from './submit-button'
import { useSetupState } from './use-setup-state'

export function SignInForm() {
  const router = useRouter()
  const queryClient = useQueryClient()
  const next = safeReturnPath(useSearchParams().get('next'))
  const [waitsForCode, setWaitsForCode] = useState(false)
  useSetupFirst()

  const arrive = () => {
    queryClient.removeQueries({ queryKey: meKey })
    router.replace(next)
  }
  if (waitsForCode)
    return <SecondStep submit="Sign in" onDone={async () => arrive()} onBack={() => setWaitsForCode(false)} />
  return (
    <div className="flex flex-col gap-5">
      <PasswordForm onPassword={(left) => (left === 'code' ? setWaitsForCode(true) : arrive())} />
      <OtherWays next={next} onSignedIn={arrive} />
    </div>
  )
}

function PasswordForm({ onPassword }: { onPassword: (left: 'nothing' | 'code') => void }) {
  const firstField = useFocusOnMount()
  const form = useForm({
    initial: { email: '', password: '' },
    schema: SignInInput,
    toInput: (values) => values,
    onSubmit: async ({ email, password }) => onPassword(await signIn(email, password)),
  })

  return (
    <Form form={form} action={<SubmitButton form={form}>Sign in</SubmitButton>}>
      <TextField
        label="E-mail"
        error={form.error('email')}
        type="email"
        name="email"
        autoComplete="username"
        ref={firstField}
        value={form.values.email}
        onValue={(email) => form.set('email', email)}
      />
      <TextField
        label="Password"
        error={form.error('password')}
        control={PasswordInput}
        name="password"
        autoComplete="current-password"
        value={form.values.password}
        onValue={(password) => form.set('password', password)}
      />
      <Link
        href={paths.forgotPassword}
        className="-mt-2 self-start rounded-inner text-13 text-ink-soft underline underline-offset-2 hover:text-ink"
      >
        Forgot your password?
      </Link>
    </Form>
  )
}

/** A new installation has no account, so set-up comes first. */
function useSetupFirst(): void {
  const router = useRouter()
  const { data } = useSetupState()
  useEffect(() => {
    if (data?.needed) router.replace(paths.setup)
  }, [data?.needed, router])
}
