'use client'

import type { FieldControl } from '@/components/field'
import { Input } from '@/components/input'
import { Select } from '@/components/select'
import { type IntervalUnit, intervalUnits } from './interval'

interface IntervalInputProps extends FieldControl {
  count: string
  unit: IntervalUnit
  onCount: (count: string) => void
  onUnit: (unit: IntervalUnit) => void
}

export function IntervalInput({ count, unit, onCount, onUnit, ...control }: IntervalInputProps) {
  return (
    <div className="flex gap-2">
      <Input
        {...control}
        inputMode="numeric"
        className="w-24 tabular-nums"
        value={count}
        onChange={(event) => onCount(event.target.value)}
      />
      <Select
        aria-label="Unit of the interval"
        className="w-32"
        value={unit}
        onChange={(event) => onUnit(intervalUnits.find((one) => one === event.target.value) ?? 'seconds')}
      >
        {intervalUnits.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
    </div>
  )
}
