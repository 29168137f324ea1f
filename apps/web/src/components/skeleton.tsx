import { cn } from '@/lib/cn'

/** A placeholder for content that loads. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block h-4 animate-pulse rounded-inner bg-hover', className)} />
}
