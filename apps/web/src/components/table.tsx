import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

/** Scrolls sideways on its own, so that the page never does. */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return (
    <div className="relative overflow-x-auto rounded-outer border bg-surface">
      <table className={cn('w-full border-collapse text-13', className)} {...rest} />
    </div>
  )
}

export function Th({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn(
        'h-9 border-b px-3 text-left sm:px-4 text-12 font-medium whitespace-nowrap text-ink-faint',
        className,
      )}
      {...rest}
    />
  )
}

/** The head of the column with the buttons of each row. */
export function ThActions() {
  return (
    <Th>
      <span className="sr-only">Actions</span>
    </Th>
  )
}

export function Td({ className, ...rest }: ComponentProps<'td'>) {
  return (
    <td
      className={cn('h-10 border-b px-3 py-1.5 sm:px-4 in-[tr:last-child]:border-b-0', className)}
      {...rest}
    />
  )
}
