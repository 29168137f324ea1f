'use client'

import { z } from 'zod'
import { CopyField } from '@/components/copy-field'
import { FormDialog } from '@/components/form-dialog'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'
import { useForm } from '@/lib/use-form'
import { QrCode } from './qr-code'

const Code = z.object({
  code: z
    .string()
    .transform((code) => code.replace(/\s/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'must be the six digits that the app shows')),
})

interface TwoFactorSetupProps {
  /** What the QR code holds: `otpauth://totp/…?secret=…`. */
  uri: string
  onDone: () => Promise<void>
  onClose: () => void
}

/** Gives the secret to an authenticator app, and has a code prove that it arrived. */
export default function TwoFactorSetup({ uri, onDone, onClose }: TwoFactorSetupProps) {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  const form = useForm({
    initial: { code: '' },
    schema: Code,
    toInput: (values) => values,
    onSubmit: async (body) => {
      await request('/api/auth/two-factor/verify-totp', { method: 'POST', body }).catch(toCodeField)
      await onDone()
    },
  })
  return (
    <FormDialog
      title="Set up your authenticator app"
      description="Scan this with an app such as Aegis, 1Password or Google Authenticator, or type the secret into it."
      submit="Turn on two-factor"
      form={form}
      onClose={onClose}
    >
      <div className="flex justify-center">
        <QrCode text={uri} label="QR code with the secret below" />
      </div>
      <div className="rounded-outer border bg-surface">
        <CopyField label="Secret" value={secret} secret />
      </div>
      <TextField
        label="Code"
        hint="The six digits that the app shows now."
        error={form.error('code')}
        inputMode="numeric"
        autoComplete="one-time-code"
        spellCheck={false}
        className="font-mono text-13"
        value={form.values.code}
        onValue={(code) => form.set('code', code)}
      />
    </FormDialog>
  )
}

/** Here 401 means a wrong code, not an ended session. */
function toCodeField(error: unknown): never {
  if (!(error instanceof ApiError) || !['invalid_code', 'code_used'].includes(error.code)) throw error
  const message =
    error.code === 'code_used'
      ? 'was used already; wait for the next one'
      : 'is not right; check that the clock of your phone is'
  throw new ApiError(400, error.code, error.detail, [{ path: 'code', message }], null)
}
