'use client'

import { ConfirmNewAccount, Organization } from '@heliograph/protocol'
import { useState } from 'react'
import { Form } from '@/components/form'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'
import { useForm } from '@/lib/use-form'
import { useFragment } from '@/lib/use-fragment'
import { IncompleteLink } from './incomplete-link'
import { SessionCard } from './session-card'
import { SubmitButton } from './submit-button'
import { TextLink } from './text-link'

/** The page of the link that makes a new account. A button makes it, as programs that read mail open links too. */
export function ConfirmJoin() {
  const token = useFragment() ?? ''
  const [joined, setJoined] = useState<Organization | null>(null)
  if (joined !== null)
    return (
      <SessionCard
        title={`You are a member of ${joined.name}`}
        intro="Sign in with your e-mail address and the password that you have just chosen."
      >
        <TextLink href={`${paths.signIn}?next=${encodeURIComponent(paths.overview(joined.slug))}`}>
          Sign in
        </TextLink>
      </SessionCard>
    )
  return (
    <SessionCard title="Confirm your e-mail address" intro="Then your account is made, and you are a member.">
      <ConfirmForm key={token} token={token} onJoined={setJoined} />
    </SessionCard>
  )
}

function ConfirmForm({ token, onJoined }: { token: string; onJoined: (joined: Organization) => void }) {
  const form = useForm({
    initial: { token },
    schema: ConfirmNewAccount,
    toInput: (values) => values,
    onSubmit: async (body) =>
      onJoined(await request('/api/v1/invitations/confirm', { method: 'POST', body, schema: Organization })),
  })
  return (
    <Form form={form} action={<SubmitButton form={form}>Make account and join</SubmitButton>}>
      {form.error('token') && <IncompleteLink />}
    </Form>
  )
}
