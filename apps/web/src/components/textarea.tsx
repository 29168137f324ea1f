import type { ComponentProps } from 'react'
import { controlClass } from '@/components/input'
import { cn } from '@/lib/cn'

/** A text of several lines. */
export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(controlClass, 'px-3 py-2 leading-5', className)} {...rest} />
}
