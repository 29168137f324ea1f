'use client'

import { useState } from 'react'
import type { z } from 'zod'
import { ApiError } from './api-error'
import { explain } from './explain'

type FieldErrors = Record<string, string>

interface FormState<Values> {
  values: Values
  set: <Key extends keyof Values>(key: Key, value: Values[Key]) => void
  /** The error of a field, by dotted path, such as `organization.slug`. */
  error: (path: string) => string | undefined
  /** The error that belongs to no field. */
  failure: string | null
  busy: boolean
  submit: () => Promise<void>
}

interface FormOptions<Values, Schema extends z.ZodType> {
  initial: Values
  schema: Schema
  /** Converts the values of the fields to the input of the schema. */
  toInput: (values: Values) => z.input<Schema>
  onSubmit: (input: z.output<Schema>) => Promise<void>
}

/** A form that is checked by the same schema as the call, keeps what was typed, and puts each refusal at its field. */
export function useForm<Values, Schema extends z.ZodType>(
  options: FormOptions<Values, Schema>,
): FormState<Values> {
  const [values, setValues] = useState(options.initial)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async () => {
    setFailure(null)
    const parsed = options.schema.safeParse(options.toInput(values))
    if (!parsed.success) return setErrors(schemaErrors(parsed.error))
    setErrors({})
    setBusy(true)
    try {
      await options.onSubmit(parsed.data)
    } catch (error) {
      const fields =
        error instanceof ApiError ? Object.fromEntries(error.fields.map((f) => [f.path, f.message])) : {}
      setErrors(fields)
      const { what, todo } = explain(error)
      if (Object.keys(fields).length === 0) setFailure(`${what} ${todo}`.trim())
    } finally {
      setBusy(false)
    }
  }

  const set: FormState<Values>['set'] = (key, value) => {
    setValues((current) => ({ ...current, [key]: value }))
    setErrors((current) => withoutPath(current, String(key)))
  }

  const error = (path: string) =>
    Object.entries(errors).find(
      ([at]) => at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`),
    )?.[1]

  return { values, set, error, failure, busy, submit }
}

function schemaErrors(error: z.ZodError): FieldErrors {
  const errors: FieldErrors = {}
  for (const issue of error.issues) errors[issue.path.join('.')] ??= issue.message
  return errors
}

/** Typing in a field removes its error. */
function withoutPath(errors: FieldErrors, key: string): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).filter(
      ([path]) =>
        path !== key &&
        !path.startsWith(`${key}.`) &&
        !path.startsWith(`${key}[`) &&
        !path.endsWith(`.${key}`),
    ),
  )
}
