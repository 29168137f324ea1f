'use client'

import { ConfirmEmail as ConfirmEmailInput, ConfirmedEmail } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from '@/components/form'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'
import { paths } from '@/lib/paths'
import { useForm } from '@/lib/use-form'
import { useFragment } from '@/lib/use-fragment'
import { IncompleteLink } from './incomplete-link'
import { SessionCard } from './session-card'
import { SubmitButton } from './submit-button'
import { TextLink } from './text-link'

/** The page of the link that confirms an e-mail address. A button confirms, as programs that read mail open links too. */
export function ConfirmEmail() {
  const token = useFragment() ?? ''
  const [confirmed, setConfirmed] = useState<string | null>(null)
  if (confirmed !== null)
    return (
      <SessionCard title="Your address is confirmed" intro={`You sign in as ${confirmed} from now on.`}>
        <TextLink href={paths.home}>Go to Heliograph</TextLink>
      </SessionCard>
    )
  return (
    <SessionCard
      title="Confirm your e-mail address"
      intro="Your account gets this address in place of the one before."
    >
      <ConfirmForm key={token} token={token} onConfirmed={setConfirmed} />
    </SessionCard>
  )
}

function ConfirmForm({ token, onConfirmed }: { token: string; onConfirmed: (email: string) => void }) {
  const queryClient = useQueryClient()
  const form = useForm({
    initial: { token },
    schema: ConfirmEmailInput,
    toInput: (values) => values,
    onSubmit: async (body) => {
      const { email } = await request('/api/v1/email-confirmation', {
        method: 'POST',
        body,
        schema: ConfirmedEmail,
      })
      queryClient.removeQueries({ queryKey: meKey })
      onConfirmed(email)
    },
  })
  return (
    <Form form={form} action={<SubmitButton form={form}>Confirm address</SubmitButton>}>
      {form.error('token') && <IncompleteLink />}
    </Form>
  )
}
