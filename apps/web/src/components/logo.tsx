import { cn } from '@/lib/cn'

/** The logo: a mirror and the flash of sunlight it sends. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={cn('size-6', className)}>
      <path
        d="M4.5 19.5 12 4l7.5 15.5"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="12" cy="14" r="3.5" className="fill-accent" />
    </svg>
  )
}
