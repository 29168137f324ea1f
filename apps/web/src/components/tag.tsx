import { X } from 'lucide-react'
import { cn } from '@/lib/cn'

interface TagProps {
  children: string
  onRemove?: () => void
  className?: string
}

export function Tag({ children, onRemove, className }: TagProps) {
  return (
    <span
      className={cn(
        'inline-flex h-5 max-w-40 items-center gap-1 rounded-inner border border-line bg-sunken px-1.5 text-12 text-ink-soft',
        className,
      )}
    >
      <span className="truncate">{children}</span>
      {onRemove && (
        <button
          type="button"
          aria-label={`Remove tag ${children}`}
          onClick={onRemove}
          className="-mr-0.5 grid size-4 place-items-center rounded-inner hover:text-ink"
        >
          <X aria-hidden className="size-3" />
        </button>
      )}
    </span>
  )
}
