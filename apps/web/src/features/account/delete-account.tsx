'use client'

import { DeleteAccount as DeleteAccountInput, type Me } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { FormDialog } from '@/components/form-dialog'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { addressOf } from '@/lib/base-path'
import { paths } from '@/lib/paths'
import { useForm } from '@/lib/use-form'
import { AccountSection } from './account-section'
import { useSignInMethods } from './use-sign-in-methods'

/** Ends the account. What the person made in their organizations stays there. */
export function DeleteAccount({ me }: { me: Me }) {
  const [asking, setAsking] = useState(false)
  return (
    <AccountSection
      title="Deletion"
      intro="Ends your account and your membership of every organization. The last owner of an organization has to make somebody else an owner first."
      action={
        <Button variant="danger" onClick={() => setAsking(true)}>
          Delete account…
        </Button>
      }
    >
      {asking && <DeleteDialog me={me} onClose={() => setAsking(false)} />}
    </AccountSection>
  )
}

function DeleteDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const asksPassword = useSignInMethods().data?.password !== false
  const { values, set, error, ...form } = useForm({
    initial: { password: '' },
    schema: DeleteAccountInput,
    toInput: ({ password }) => (password === '' ? {} : { password }),
    onSubmit: async (body) => {
      await request('/api/v1/me/delete', { method: 'POST', body })
      // Loaded anew, so that nothing stays in memory.
      window.location.assign(addressOf(paths.signIn))
    },
  })
  const names = me.organizations.map(({ name }) => name)
  return (
    <FormDialog title="Delete your account?" submit="Delete account" danger form={form} onClose={onClose}>
      <div className="flex flex-col gap-2 text-13 text-ink-soft">
        <p>At once, and for good, these end:</p>
        <ul className="list-disc pl-5">
          <li>the account {me.user.email}, wherever it is signed in;</li>
          {names.length > 0 && <li>your membership of {names.join(', ')};</li>}
          <li>
            the API keys that you made, so that scripts with them are refused, and your open invitations.
          </li>
        </ul>
        <p>Devices, data and everything else of your organizations stay.</p>
      </div>
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
