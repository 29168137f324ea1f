'use client'

import { ChangeEmail as ChangeEmailInput } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { FormDialog } from '@/components/form-dialog'
import { Notice } from '@/components/notice'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { useSignInOptions } from '@/lib/sign-in-options'
import { useForm } from '@/lib/use-form'
import { useSignInMethods } from './use-sign-in-methods'

/** The address of the account, and a way to another one, which needs mail. */
export function EmailAddress({ email }: { email: string }) {
  const sendsMail = useSignInOptions().data?.passwordReset === 'mail'
  const [changing, setChanging] = useState(false)
  const [askedFor, setAskedFor] = useState<string | null>(null)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <p className="text-13 font-medium">E-mail</p>
          <p className="truncate text-13 text-ink-soft">{email}</p>
        </div>
        {sendsMail && <Button onClick={() => setChanging(true)}>Change e-mail</Button>}
      </div>
      {askedFor !== null && (
        <Notice title="Check your mail">
          A link is on its way to <span className="break-all text-ink">{askedFor}</span>. Your address changes
          once you open it and confirm, within an hour.
        </Notice>
      )}
      {changing && (
        <ChangeEmailDialog
          onClose={() => setChanging(false)}
          onAsked={(asked) => {
            setAskedFor(asked)
            setChanging(false)
          }}
        />
      )}
    </div>
  )
}

interface ChangeEmailDialogProps {
  onClose: () => void
  onAsked: (email: string) => void
}

function ChangeEmailDialog({ onClose, onAsked }: ChangeEmailDialogProps) {
  const asksPassword = useSignInMethods().data?.password !== false
  const { values, set, error, ...form } = useForm({
    initial: { email: '', password: '' },
    schema: ChangeEmailInput,
    toInput: ({ email, password }) => ({ email: email.trim(), ...(password === '' ? {} : { password }) }),
    onSubmit: async (body) => {
      await request('/api/v1/me/email', { method: 'POST', body })
      onAsked(body.email)
    },
  })
  return (
    <FormDialog
      title="Change e-mail"
      description="A link is mailed to the new address. You sign in with the old one until you confirm it."
      submit="Send link"
      form={form}
      onClose={onClose}
    >
      <TextField
        label="New e-mail"
        error={error('email')}
        type="email"
        autoComplete="email"
        value={values.email}
        onValue={(email) => set('email', email)}
      />
      {asksPassword && (
        <TextField
          label="Your password"
          error={error('password')}
          control={PasswordInput}
          autoComplete="current-password"
          value={values.password}
          onValue={(password) => set('password', password)}
        />
      )}
    </FormDialog>
  )
}
