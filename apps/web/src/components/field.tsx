import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cn } from '@/lib/cn'
import { sentence } from '@/lib/sentence'

/** The attributes that tie a control to the label, hint and error of its field. */
export interface FieldControl {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
  optional?: boolean
  className?: string
  children: (control: FieldControl) => ReactNode
}

export function Field({ label, hint, error, optional, className, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="flex items-baseline justify-between text-13 font-medium text-ink">
        {label}
        {optional && <span className="text-12 font-normal text-ink-faint">Optional</span>}
      </label>
      {children({
        id,
        'aria-describedby': note ? noteId : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error ? (
        <p id={noteId} className="flex items-start gap-1.5 text-12 text-refused-text">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          {sentence(error)}
        </p>
      ) : (
        note && (
          <p id={noteId} className="text-12 text-ink-faint">
            {note}
          </p>
        )
      )}
    </div>
  )
}
