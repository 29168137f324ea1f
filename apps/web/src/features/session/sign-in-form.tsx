'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { z } from 'zod'
import { Button } from '@/components/button'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { PasswordInput } from '@/components/password-input'
import { ApiError } from '@/lib/api-error'
import { meKey } from '@/lib/me-key'
import { paths, safeReturnPath } from '@/lib/paths'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { signIn } from './sign-in'
import { useSetupState } from './use-setup-state'

const Credentials = z.object({
  email: z.email('is not an e-mail address'),
  password: z.string().min(1, 'must not be empty'),
})

export function SignInForm() {
  const router = useRouter()
  const queryClient = useQueryClient()
  const next = safeReturnPath(useSearchParams().get('next'))
  useSetupFirst()

  const firstField = useFocusOnMount()
  const form = useForm({
    initial: { email: '', password: '' },
    schema: Credentials,
    toInput: (values) => values,
    onSubmit: async ({ email, password }) => {
      await signIn(email, password).catch(rephrase)
      queryClient.removeQueries({ queryKey: meKey })
      router.replace(next)
    },
  })

  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      <Field label="E-mail" error={form.error('email')}>
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            ref={firstField}
            value={form.values.email}
            onChange={(event) => form.set('email', event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" error={form.error('password')}>
        {(control) => (
          <PasswordInput
            {...control}
            name="password"
            autoComplete="current-password"
            value={form.values.password}
            onChange={(event) => form.set('password', event.target.value)}
          />
        )}
      </Field>
      {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      <Button type="submit" variant="primary" busy={form.busy} className="mt-1 w-full">
        Sign in
      </Button>
    </form>
  )
}

/** On a fresh installation there is nobody to sign in as. */
function useSetupFirst(): void {
  const router = useRouter()
  const { data } = useSetupState()
  useEffect(() => {
    if (data?.needed) router.replace(paths.setup)
  }, [data?.needed, router])
}

/** Here 401 speaks of the password, not of a session that has ended. */
function rephrase(error: unknown): never {
  if (error instanceof ApiError && error.status === 401) {
    throw new ApiError(400, error.code, 'This e-mail and password do not belong together', [], null)
  }
  throw error
}
