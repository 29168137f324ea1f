import { cn } from '@/lib/cn'

interface SegmentedProps<Value extends string | number> {
  /** The name of the choice, for screen readers. */
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  className?: string
}

/** A choice of a few options, all visible. */
export function Segmented<Value extends string | number>(props: SegmentedProps<Value>) {
  const { label, value, options, onChange, className } = props
  return (
    <fieldset className={cn('flex shrink-0 gap-0.5', className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            'h-7 rounded-inner px-2 text-12 whitespace-nowrap transition-colors',
            option.value === value ? 'bg-hover font-medium text-ink' : 'text-ink-soft hover:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  )
}
