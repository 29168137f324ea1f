'use client'

import { useState } from 'react'
import { z } from 'zod'
import { Button } from '@/components/button'
import { Form } from '@/components/form'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { SubmitButton } from './submit-button'

interface SecondStepProps {
  /** The label of the button. */
  submit: string
  /** Called when the person is signed in. */
  onDone: () => Promise<void>
  /** Goes back to the password. */
  onBack: () => void
}

type Way = 'app' | 'recovery'

const ways = {
  app: {
    path: '/api/auth/two-factor/verify-totp',
    label: 'Code',
    hint: 'The six digits that your authenticator app shows.',
    other: 'Use a recovery code',
  },
  recovery: {
    path: '/api/auth/two-factor/verify-backup-code',
    label: 'Recovery code',
    hint: 'One of the ten that you stored when you turned on two-factor. It works once.',
    other: 'Use the authenticator app',
  },
} as const

const Input = z.object({ code: z.string().trim().min(1, 'must not be empty') })

/** Asks for the code that has to follow the password. */
export function SecondStep({ submit, onDone, onBack }: SecondStepProps) {
  const [way, setWay] = useState<Way>('app')
  return (
    <div className="flex flex-col gap-4">
      {/* What was typed for one way is nothing for the other. */}
      <CodeForm key={way} way={way} submit={submit} onDone={onDone} />
      <div className="-mx-2.5 flex flex-wrap justify-between gap-2">
        <Button size="sm" variant="ghost" onClick={() => setWay(way === 'app' ? 'recovery' : 'app')}>
          {ways[way].other}
        </Button>
        <Button size="sm" variant="ghost" onClick={onBack}>
          Back
        </Button>
      </div>
    </div>
  )
}

function CodeForm({ way, submit, onDone }: { way: Way } & Pick<SecondStepProps, 'submit' | 'onDone'>) {
  const firstField = useFocusOnMount()
  const { path, label, hint } = ways[way]
  const form = useForm({
    initial: { code: '' },
    schema: Input,
    toInput: (values) => values,
    onSubmit: async (body) => {
      await request(path, { method: 'POST', body }).catch(rephrase)
      await onDone()
    },
  })
  return (
    <Form form={form} action={<SubmitButton form={form}>{submit}</SubmitButton>}>
      <TextField
        label={label}
        hint={hint}
        error={form.error('code')}
        ref={firstField}
        inputMode={way === 'app' ? 'numeric' : 'text'}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        className="font-mono text-13"
        value={form.values.code}
        onValue={(code) => form.set('code', code)}
      />
    </Form>
  )
}

const refusals: Record<string, string> = {
  invalid_code: 'is not right; check that the clock of your phone is',
  invalid_backup_code: 'is not right, or was used already',
  code_used: 'was used already; wait for the next one',
}

/** Here 401 means a wrong code, or that the password was too long ago, not an ended session. */
function rephrase(error: unknown): never {
  if (!(error instanceof ApiError)) throw error
  const message = refusals[error.code]
  if (message !== undefined)
    throw new ApiError(400, error.code, error.detail, [{ path: 'code', message }], null)
  const isOver = ['invalid_two_factor_cookie', 'too_many_attempts_request_new_code'].includes(error.code)
  if (isOver) throw new ApiError(400, error.code, 'Go back and enter your password again', [], null)
  if (error.code === 'rate_limited') throw new ApiError(400, error.code, error.detail, [], null)
  throw error
}
