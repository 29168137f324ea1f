import type { ComponentProps, ComponentType, ReactNode } from 'react'
import { Field } from '@/components/field'
import { Input } from '@/components/input'

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'children'> {
  label: string
  value: string
  onValue: (value: string) => void
  hint?: ReactNode
  error?: string | undefined
  optional?: boolean
  /** The control for typing; a plain input when left out. */
  control?: ComponentType<ComponentProps<'input'>>
}

/** A line of text with its label, hint and error. */
export function TextField({
  label,
  hint,
  error,
  optional,
  onValue,
  control: Control = Input,
  ...input
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => <Control {...control} {...input} onChange={(event) => onValue(event.target.value)} />}
    </Field>
  )
}
