'use client'

import { Name, type Passkey, type SignInMethods } from '@heliograph/protocol'
import { useState } from 'react'
import { z } from 'zod'
import { Button } from '@/components/button'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { FormDialog } from '@/components/form-dialog'
import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { formatDay } from '@/lib/format-time'
import { addPasskey, canUsePasskeys } from '@/lib/passkeys'
import { useSignInOptions } from '@/lib/sign-in-options'
import { useForm } from '@/lib/use-form'
import { AccountSection } from './account-section'
import { toPasswordField } from './password-refusal'
import { useRefreshSignInMethods } from './use-sign-in-methods'

/** Keys with which the person signs in without a password. */
export function Passkeys({ methods }: { methods: SignInMethods }) {
  const { data: options } = useSignInOptions()
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Passkey | null>(null)
  const usable = options === undefined || canUsePasskeys(options.passkeyHost)
  return (
    <AccountSection
      title="Passkeys"
      intro="Sign in with your fingerprint, your face or the PIN of a device, without a password or a code."
      action={usable && <Button onClick={() => setAdding(true)}>Add passkey</Button>}
    >
      {methods.passkeys.length === 0 ? (
        <p className="text-13 text-ink-soft">You have no passkeys.</p>
      ) : (
        <ul className="divide-y rounded-outer border bg-surface">
          {methods.passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} onRemove={() => setRemoving(passkey)} />
          ))}
        </ul>
      )}
      {!usable && <p className="mt-3 text-13 text-ink-soft">{unusableText(options.passkeyHost)}</p>}
      {adding && <AddDialog asksPassword={methods.password} onClose={() => setAdding(false)} />}
      {removing && <RemoveDialog passkey={removing} onClose={() => setRemoving(null)} />}
    </AccountSection>
  )
}

function unusableText(host: string): string {
  return window.location.hostname === host
    ? 'This browser cannot add any here: it needs a newer version, or a page over https.'
    : `Passkeys are added and used at ${host}, not at ${window.location.hostname}.`
}

function PasskeyRow({ passkey, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  return (
    <li className="flex items-center gap-3 py-2 pr-2 pl-4">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-13 font-medium">{passkey.name}</span>
        <span className="block text-12 text-ink-faint">
          Added {formatDay(Date.parse(passkey.createdAt))}
          {passkey.synced && ', synced to your other devices'}
        </span>
      </span>
      <Button
        size="sm"
        variant="ghost"
        aria-label={`Remove ${passkey.name}`}
        className="hover:text-refused-text"
        onClick={onRemove}
      >
        Remove
      </Button>
    </li>
  )
}

function AddDialog({ asksPassword, onClose }: { asksPassword: boolean; onClose: () => void }) {
  const refresh = useRefreshSignInMethods()
  const toast = useToast()
  const { values, set, error, ...form } = useForm({
    initial: { name: '', password: '' },
    schema: z.object({
      name: Name,
      password: z.string().min(asksPassword ? 1 : 0, 'must not be empty'),
    }),
    toInput: (typed) => typed,
    onSubmit: async ({ name, password }) => {
      const input = asksPassword ? { name, password } : { name }
      if (!(await addPasskey(input).catch(toPasswordField))) return
      await refresh()
      toast(`Added: ${name}`)
      onClose()
    },
  })
  return (
    <FormDialog title="Add a passkey" submit="Continue" form={form} onClose={onClose}>
      <TextField
        label="Name"
        hint="How you recognize it: the device that it is on, for example."
        error={error('name')}
        placeholder="Laptop"
        value={values.name}
        onValue={(name) => set('name', name)}
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

function RemoveDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const refresh = useRefreshSignInMethods()
  const toast = useToast()
  const remove = async () => {
    await request(`/api/v1/me/passkeys/${encodeURIComponent(passkey.id)}`, { method: 'DELETE' })
    await refresh()
    toast(`${passkey.name} was removed`)
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Remove ${passkey.name}?`}
      confirmLabel="Remove passkey"
      onConfirm={remove}
    >
      <p>It no longer signs you in. Where you are signed in, you stay so. Delete it on the device too.</p>
    </ConfirmDialog>
  )
}
