import { Field } from '@/components/field'
import { TagInput } from '@/components/tag-input'

interface TagLimitFieldProps {
  value: string[]
  onValue: (tags: string[]) => void
  error: string | undefined
}

/** The tags of the only devices that somebody sees; none for all devices. */
export function TagLimitField({ value, onValue, error }: TagLimitFieldProps) {
  return (
    <Field
      label="Only devices tagged"
      optional
      error={error}
      hint={
        value.length === 0
          ? 'Empty means all devices. Press Enter or comma after each tag.'
          : 'Only devices with at least one of these tags can be seen; all others are hidden everywhere.'
      }
    >
      {(control) => <TagInput {...control} placeholder="site-hamburg" value={value} onChange={onValue} />}
    </Field>
  )
}
