import { SelectField } from '@/components/select-field'

/** For how long a secret that was rotated works beside the new one, in seconds. */
type Overlap = (typeof overlaps)[number][0]

const overlaps = [
  ['3600', 'works for one more hour'],
  ['86400', 'works for one more day'],
  ['604800', 'works for one more week'],
  ['0', 'expires now'],
] as const

export const firstOverlap: Overlap = '3600'

interface OverlapFieldProps {
  label: string
  value: Overlap
  onValue: (overlap: Overlap) => void
  error: string | undefined
  /** What it means that the old secret expires now. */
  hintNow: string
  /** What it means that it works for a while. */
  hintLater: string
}

/** Chooses what becomes of the old secret at a rotation. */
export function OverlapField({ label, value, onValue, error, hintNow, hintLater }: OverlapFieldProps) {
  return (
    <SelectField
      label={label}
      hint={value === '0' ? hintNow : hintLater}
      error={error}
      value={value}
      onValue={onValue}
      options={overlaps}
    />
  )
}
