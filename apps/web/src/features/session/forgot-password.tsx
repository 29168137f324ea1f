'use client'

import { RequestPasswordReset } from '@heliograph/protocol'
import { useState } from 'react'
import { CodeBlock } from '@/components/code-block'
import { Form } from '@/components/form'
import { Loaded } from '@/components/loaded'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'
import { useSignInOptions } from '@/lib/sign-in-options'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { SessionCard } from './session-card'
import { SubmitButton } from './submit-button'
import { TextLink } from './text-link'

/** Asks for a link for a new password, or says who makes one. */
export function ForgotPassword() {
  return (
    <SessionCard title="Forgot your password?" intro="A link lets you set a new one. It works for an hour.">
      <div className="flex flex-col gap-5">
        <Loaded
          query={useSignInOptions()}
          failure="The page could not be loaded"
          skeleton={<Skeleton className="h-28 w-full rounded-outer" />}
        >
          {({ passwordReset }) => (passwordReset === 'mail' ? <RequestForm /> : <ByCommand />)}
        </Loaded>
        <TextLink href={paths.signIn}>Back to sign-in</TextLink>
      </div>
    </SessionCard>
  )
}

function RequestForm() {
  const [askedFor, setAskedFor] = useState<string | null>(null)
  const firstField = useFocusOnMount()
  const form = useForm({
    initial: { email: '' },
    schema: RequestPasswordReset,
    toInput: ({ email }) => ({ email: email.trim() }),
    onSubmit: async (body) => {
      await request('/api/v1/password-reset', { method: 'POST', body })
      setAskedFor(body.email)
    },
  })
  if (askedFor !== null)
    return (
      <div role="status">
        <Notice title="Check your mail">
          If there is an account with the address <span className="break-all text-ink">{askedFor}</span>, a
          link is on its way. It may take a minute; look among unwanted mail too.
        </Notice>
      </div>
    )
  return (
    <Form form={form} action={<SubmitButton form={form}>Send link</SubmitButton>}>
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
    </Form>
  )
}

function ByCommand() {
  return (
    <div className="flex flex-col gap-3 text-13 text-ink-soft">
      <p>
        This platform sends no mail. Ask whoever runs it: on the server, this command prints a link for you.
      </p>
      <CodeBlock label="Command" code="npm run reset-password -- YOUR-E-MAIL" language="shell" />
    </div>
  )
}
