'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { longestMs, shortestMs } from './chart-range'
import type { ChartView } from './chart-view'

interface CustomRangeProps {
  view: ChartView
  onClose: () => void
}

/** A dialog for a range between any two times. */
export function CustomRange({ view, onClose }: CustomRangeProps) {
  const form = useId()
  const [from, setFrom] = useState(() => toInput(view.span().min))
  const [to, setTo] = useState(() => toInput(view.span().max))
  const [min, max] = [new Date(from).getTime(), new Date(to).getTime()]
  const problem = problemOf(min, max)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem !== null) return
    view.show({ min, max })
    onClose()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Custom range"
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={problem !== null}>
            Show
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label="From">
          {(field) => (
            <Input
              {...field}
              type="datetime-local"
              step={1}
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label="To" {...(problem === null ? {} : { error: problem })}>
          {(field) => (
            <Input
              {...field}
              type="datetime-local"
              step={1}
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}

function problemOf(min: number, max: number): string | null {
  if (Number.isNaN(min) || Number.isNaN(max)) return 'Enter both times.'
  if (max - min < shortestMs) return 'The end must be after the start.'
  return max - min > longestMs ? 'A range is at most 90 days long.' : null
}

/** Local time, as the browser's own field takes it. */
function toInput(ts: number): string {
  const local = new Date(ts - new Date(ts).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19)
}
