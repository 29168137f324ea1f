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
          ? 'All devices. With tags, all others do not exist for them. Press Enter or comma after each tag.'
          : 'Devices with at least one of these tags; all others do not exist for them.'
      }
    >
      {(control) => <TagInput {...control} placeholder="site-hamburg" value={value} onChange={onValue} />}
    </Field>
  )
}
