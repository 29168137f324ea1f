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
import { ApiError } from '@/lib/api-error'
import { useForm } from '@/lib/use-form'
import { AccountSection } from './account-section'

const PasswordChange = z.object({
  currentPassword: z.string().min(1, 'must not be empty'),
  newPassword: Password,
  revokeOtherSessions: z.boolean(),
})
type PasswordChange = z.infer<typeof PasswordChange>

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
      await changePassword(change)
      toast(`Your password was changed${change.revokeOtherSessions ? '; you are signed out elsewhere' : ''}`)
      form.set('currentPassword', '')
      form.set('newPassword', '')
    },
  })
  return form
}

/** The refusal of the current password goes to its field. */
async function changePassword(body: PasswordChange): Promise<void> {
  try {
    await request('/api/auth/change-password', { method: 'POST', body })
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid_password') throw error
    const field = { path: 'currentPassword', message: 'is not your password' }
    throw new ApiError(error.status, error.code, error.detail, [field], null)
  }
}
