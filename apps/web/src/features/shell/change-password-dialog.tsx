'use client'

import { Password } from '@heliograph/protocol'
import { z } from 'zod'
import { CheckboxField } from '@/components/checkbox-field'
import { FormDialog } from '@/components/form-dialog'
import { NewPasswordField } from '@/components/new-password-field'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'
import { useForm } from '@/lib/use-form'

const PasswordChange = z.object({
  currentPassword: z.string().min(1, 'must not be empty'),
  newPassword: Password,
  revokeOtherSessions: z.boolean(),
})
type PasswordChange = z.infer<typeof PasswordChange>

export default function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const { values, set, error, ...form } = useChangePassword(onClose)
  return (
    <FormDialog title="Change password" submit="Change password" form={form} onClose={onClose}>
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
    </FormDialog>
  )
}

function useChangePassword(onClose: () => void) {
  const toast = useToast()
  return useForm({
    initial: { currentPassword: '', newPassword: '', revokeOtherSessions: true },
    schema: PasswordChange,
    toInput: (values) => values,
    onSubmit: async (change) => {
      await changePassword(change)
      toast(`Your password was changed${change.revokeOtherSessions ? '; you are signed out elsewhere' : ''}`)
      onClose()
    },
  })
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
