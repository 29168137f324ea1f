import { cn } from '@/lib/cn'

/** A place held for something that is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block h-4 animate-pulse rounded-inner bg-hover', className)} />
}
