import { useId } from 'react'

interface CheckboxFieldProps {
  label: string
  hint: string
  checked: boolean
  onChecked: (checked: boolean) => void
}

/** A choice of yes or no, with what it means. */
export function CheckboxField({ label, hint, checked, onChecked }: CheckboxFieldProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
        aria-describedby={`${id}-note`}
        checked={checked}
        onChange={(event) => onChecked(event.target.checked)}
      />
      <div className="flex flex-col gap-0.5">
        <label htmlFor={id} className="text-13 font-medium text-ink">
          {label}
        </label>
        <p id={`${id}-note`} className="text-12 text-ink-faint">
          {hint}
        </p>
      </div>
    </div>
  )
}
