'use client'

import type { ReactNode } from 'react'
import { z } from 'zod'
import { FormDialog } from '@/components/form-dialog'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { useForm } from '@/lib/use-form'

const Password = z.object({ password: z.string().min(1, 'must not be empty') })

interface PasswordDialogProps {
  title: string
  submit: string
  /** Says what happens then. */
  children: ReactNode
  onSubmit: (input: { password: string }) => Promise<void>
  onClose: () => void
}

/** Asks for the person's password before something that decides who gets in. */
export function PasswordDialog({ title, submit, children, onSubmit, onClose }: PasswordDialogProps) {
  const form = useForm({
    initial: { password: '' },
    schema: Password,
    toInput: (values) => values,
    onSubmit,
  })
  return (
    <FormDialog title={title} submit={submit} form={form} onClose={onClose}>
      <div className="flex flex-col gap-2 text-13 text-ink-soft">{children}</div>
      <TextField
        label="Your password"
        error={form.error('password')}
        control={PasswordInput}
        autoComplete="current-password"
        value={form.values.password}
        onValue={(password) => form.set('password', password)}
      />
    </FormDialog>
  )
}
