import type { ReactNode } from 'react'
import { Field } from '@/components/field'
import { Select } from '@/components/select'

interface SelectFieldProps<Value extends string> {
  label: string
  hint?: ReactNode
  error?: string | undefined
  value: Value
  onValue: (value: Value) => void
  options: readonly (readonly [value: Value, label: string])[]
}

/** A choice of a few, with its label, hint and error. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, error, value, onValue, options } = props
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={({ target }) => onValue(options[target.selectedIndex]?.[0] ?? value)}
        >
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
