'use client'

import { Password } from '@heliograph/protocol'
import { z } from 'zod'
import { Button } from '@/components/button'
import { CheckboxField } from '@/components/checkbox-field'
import { Form } from '@/components/form'
import { NewPasswordField } from '@/components/new-password-field'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { refusedField } from '@/lib/refused-field'
import { useForm } from '@/lib/use-form'
import { AccountSection } from './account-section'

const PasswordChange = z.object({
  currentPassword: z.string().min(1, 'must not be empty'),
  newPassword: Password,
  revokeOtherSessions: z.boolean(),
})

/** Changes the password, which ends the other sessions. */
export function ChangePassword() {
  const { values, set, error, ...form } = useChangePassword()
  return (
    <AccountSection title="Password">
      <Form
        form={form}
        action={
          <Button type="submit" variant="primary" busy={form.busy} className="self-start">
            Change password
          </Button>
        }
      >
        <TextField
          label="Current password"
          error={error('currentPassword')}
          control={PasswordInput}
          autoComplete="current-password"
          value={values.currentPassword}
          onValue={(password) => set('currentPassword', password)}
        />
        <NewPasswordField
          label="New password"
          error={error('newPassword')}
          value={values.newPassword}
          onValue={(password) => set('newPassword', password)}
        />
        <CheckboxField
          label="Sign out everywhere else"
          hint="Other browsers and programs in which you are signed in have to sign in with the new password. API keys stay valid."
          checked={values.revokeOtherSessions}
          onChecked={(checked) => set('revokeOtherSessions', checked)}
        />
      </Form>
    </AccountSection>
  )
}

function useChangePassword() {
  const toast = useToast()
  const form = useForm({
    initial: { currentPassword: '', newPassword: '', revokeOtherSessions: true },
    schema: PasswordChange,
    toInput: (values) => values,
    onSubmit: async (change) => {
      await request('/api/auth/change-password', { method: 'POST', body: change }).catch(
        refusedField('invalid_password', 'currentPassword', 'is not your password'),
      )
      toast(`Your password was changed${change.revokeOtherSessions ? '; you are signed out elsewhere' : ''}`)
      form.set('currentPassword', '')
      form.set('newPassword', '')
    },
  })
  return form
}
