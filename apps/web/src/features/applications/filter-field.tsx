'use client'

import { DeviceId } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Select } from '@/components/select'
import { Textarea } from '@/components/textarea'
import { withLine } from './form-values'

export interface FilterChoice {
  label: string
  /** The filter for one device, or for all when it is undefined. */
  filter: (device: string | undefined) => string
  /** Whether it is of devices, so that one can be chosen. */
  ofDevices: boolean
}

interface FilterFieldProps {
  label: string
  hint: string
  error?: string | undefined
  value: string
  onValue: (value: string) => void
  choices: readonly FilterChoice[]
}

/** Topic filters, one a line, and a row that adds those of a channel. */
export function FilterField({ label, hint, error, value, onValue, choices }: FilterFieldProps) {
  const [chosen, setChosen] = useState(0)
  const [device, setDevice] = useState('')
  const choice = choices[chosen]
  const wanted = choice?.ofDevices ? device.trim() : ''
  const isDevice = wanted === '' || DeviceId.safeParse(wanted).success
  const add = () => {
    if (choice !== undefined && isDevice) onValue(withLine(value, choice.filter(wanted || undefined)))
  }
  return (
    <div className="flex flex-col gap-2">
      <Field label={label} hint={hint} error={error}>
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            spellCheck={false}
            className="font-mono text-12"
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Select
          aria-label={`Channel to add to: ${label}`}
          className="min-w-44 flex-1"
          value={chosen}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {choices.map((option, index) => (
            <option key={option.label} value={index}>
              {option.label}
            </option>
          ))}
        </Select>
        {choice?.ofDevices && (
          <Input
            aria-label={`Device for: ${label}`}
            className="w-36 flex-1"
            placeholder="all devices"
            autoComplete="off"
            spellCheck={false}
            value={device}
            aria-invalid={!isDevice || undefined}
            onChange={(event) => setDevice(event.target.value)}
            onKeyDown={(event) => {
              // It would submit the form.
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
        )}
        <Button onClick={add} disabled={!isDevice} aria-label={`Add to: ${label}`}>
          Add
        </Button>
      </div>
    </div>
  )
}
