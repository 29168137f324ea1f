import { CopyButton } from '@/components/copy-button'
import { cn } from '@/lib/cn'

interface CopyFieldProps {
  label: string
  value: string
  /** Marks a value that is shown only once. */
  secret?: boolean
}

/** A value with its name and a button that copies it. */
export function CopyField({ label, value, secret }: CopyFieldProps) {
  return (
    <div className="flex items-center gap-3 border-b py-1 pr-1 pl-3 last:border-b-0">
      <span className="w-20 shrink-0 text-12 text-ink-faint sm:w-24">{label}</span>
      <code
        className={cn(
          'min-w-0 flex-1 py-1 font-mono text-13 wrap-anywhere text-ink select-all',
          secret && 'text-accent-text',
        )}
      >
        {value}
      </code>
      <CopyButton value={value} label={label} />
    </div>
  )
}
