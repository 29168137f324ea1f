'use client'

import { type Me, Name } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { Button } from '@/components/button'
import { Form } from '@/components/form'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'
import { useForm } from '@/lib/use-form'
import { AccountSection } from './account-section'
import { EmailAddress } from './email-address'

/** The name of the person, which the other members of their organizations see. */
export function Profile({ user }: { user: Me['user'] }) {
  const queryClient = useQueryClient()
  const toast = useToast()
  const form = useForm({
    initial: { name: user.name },
    schema: z.object({ name: Name }),
    toInput: (values) => values,
    onSubmit: async (body) => {
      await request('/api/auth/update-user', { method: 'POST', body })
      await queryClient.invalidateQueries({ queryKey: meKey })
      toast(`Saved: your name is ${body.name}`)
    },
  })
  return (
    <AccountSection title="Profile" intro="Members of your organizations see your name and e-mail.">
      <Form
        form={form}
        action={
          <Button type="submit" variant="primary" busy={form.busy} className="self-start">
            Save name
          </Button>
        }
      >
        <TextField
          label="Name"
          error={form.error('name')}
          autoComplete="name"
          value={form.values.name}
          onValue={(name) => form.set('name', name)}
        />
      </Form>
      <div className="mt-6 border-t pt-5">
        <EmailAddress email={user.email} />
      </div>
    </AccountSection>
  )
}
