import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(controlClass, 'h-9 px-3', className)} {...rest} />
}

/** The frame shared by everything a person types or picks in. */
export const controlClass = cn(
  'w-full min-w-0 rounded-inner border border-control/55 bg-raised text-14 text-ink transition-colors',
  'hover:border-control focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0',
  'aria-invalid:border-refused disabled:opacity-55',
)
