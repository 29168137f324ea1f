'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { unitOf } from '../telemetry/units'
import { type Limits, limitStatuses, limitsProblem, noLimits } from './limits'
import { useLimits } from './use-limits'

interface LimitsDialogProps {
  device: string
  name: string
  onClose: () => void
}

type Draft = Record<'warning' | 'critical', Record<'above' | 'below', string>>

/** A dialog for the limits of a key. */
export function LimitsDialog({ device, name, onClose }: LimitsDialogProps) {
  const form = useId()
  const [limits, setLimits] = useLimits(device, name)
  const [draft, setDraft] = useState<Draft>(() => draftOf(limits))
  const problem = limitsProblem(limitsOf(draft))
  const unit = unitOf(name)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem !== null) return
    setLimits(limitsOf(draft))
    onClose()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Limits of ${name}`}
      description="Drawn in the chart; a value beyond a limit colours its tile. Stored in this browser only."
      size="sm"
      footer={
        <>
          <Button className="mr-auto" variant="ghost" onClick={() => setDraft(draftOf(noLimits))}>
            Clear all
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={problem !== null}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="grid grid-cols-2 gap-4">
        {limitStatuses.map((status) =>
          (['above', 'below'] as const).map((side) => (
            <Field key={status + side} label={`${LABEL[status]} ${side}${unit === null ? '' : ` (${unit})`}`}>
              {(field) => (
                <Input
                  {...field}
                  type="number"
                  step="any"
                  inputMode="decimal"
                  value={draft[status][side]}
                  onChange={({ target }) =>
                    setDraft((known) => ({ ...known, [status]: { ...known[status], [side]: target.value } }))
                  }
                />
              )}
            </Field>
          )),
        )}
        {problem !== null && (
          <p role="alert" className="col-span-2 text-12 text-refused-text">
            {problem}
          </p>
        )}
      </form>
    </Dialog>
  )
}

const LABEL = { warning: 'Warning', critical: 'Critical' }

function draftOf({ warning, critical }: Limits): Draft {
  const text = (value: number | null) => (value === null ? '' : String(value))
  return {
    warning: { above: text(warning.above), below: text(warning.below) },
    critical: { above: text(critical.above), below: text(critical.below) },
  }
}

function limitsOf({ warning, critical }: Draft): Limits {
  const number = (text: string) =>
    text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text)
  return {
    warning: { above: number(warning.above), below: number(warning.below) },
    critical: { above: number(critical.above), below: number(critical.below) },
  }
}
