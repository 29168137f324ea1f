'use client'

import {
  PasswordResetDetails,
  PasswordWasReset,
  ResetPassword as ResetPasswordInput,
} from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ErrorState } from '@/components/error-state'
import { Form } from '@/components/form'
import { NewPasswordField } from '@/components/new-password-field'
import { Skeleton } from '@/components/skeleton'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'
import { isTemporary } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { useForm } from '@/lib/use-form'
import { useFragment } from '@/lib/use-fragment'
import { SecondStep } from './second-step'
import { SessionCard } from './session-card'
import { signIn } from './sign-in'
import { SubmitButton } from './submit-button'
import { TextLink } from './text-link'

/** The page of the link for a new password. */
export function ResetPassword() {
  const token = useFragment()
  if (token === null) return <Loading />
  return token === '' ? (
    <DeadLink detail="Copy the whole link, with all that follows the #, and open it again." />
  ) : (
    <WithToken key={token} token={token} />
  )
}

function WithToken({ token }: { token: string }) {
  const link = useQuery({
    queryKey: ['password-reset', token],
    queryFn: ({ signal }) =>
      request('/api/v1/password-reset/read', {
        method: 'POST',
        body: { token },
        schema: PasswordResetDetails,
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { error } = link
  if (error instanceof ApiError && !isTemporary(error)) return <DeadLink detail={error.detail} />
  if (error !== null && link.data === undefined)
    return (
      <main>
        <ErrorState title="The link could not be read" error={error} onRetry={() => void link.refetch()} />
      </main>
    )
  if (link.data === undefined) return <Loading />
  return (
    <SessionCard
      title="Set a new password"
      intro="Every browser and program in which you are signed in now has to sign in again. API keys stay valid."
    >
      <NewPasswordForm token={token} email={link.data.email} />
    </SessionCard>
  )
}

function NewPasswordForm({ token, email }: { token: string; email: string }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const [waitsForCode, setWaitsForCode] = useState(false)
  const form = useForm({
    initial: { password: '' },
    schema: ResetPasswordInput,
    toInput: ({ password }) => ({ token, password }),
    onSubmit: async (body) => {
      await request('/api/v1/password-reset/complete', { method: 'POST', body, schema: PasswordWasReset })
      queryClient.clear()
      // The password is set, whatever becomes of the sign-in.
      await signIn(email, body.password).then(
        (left) => (left === 'code' ? setWaitsForCode(true) : router.replace(paths.home)),
        () => router.replace(paths.signIn),
      )
    },
  })
  if (waitsForCode)
    return (
      <SecondStep
        submit="Sign in"
        onDone={async () => router.replace(paths.home)}
        onBack={() => router.replace(paths.signIn)}
      />
    )
  return (
    <Form form={form} action={<SubmitButton form={form}>Set password and sign in</SubmitButton>}>
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        readOnly
        value={email}
        onValue={() => {}}
      />
      <NewPasswordField
        label="New password"
        error={form.error('password')}
        value={form.values.password}
        onValue={(password) => form.set('password', password)}
      />
    </Form>
  )
}

function DeadLink({ detail }: { detail: string }) {
  return (
    <SessionCard title="This link does not work" intro={detail}>
      <TextLink href={paths.forgotPassword}>Ask for another link</TextLink>
    </SessionCard>
  )
}

function Loading() {
  return (
    <SessionCard title="Set a new password" intro="The link is being read.">
      <Skeleton className="h-40 w-full rounded-outer" />
    </SessionCard>
  )
}
