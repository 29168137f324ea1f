import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

export type BadgeTone = 'neutral' | 'online' | 'quiet' | 'refused' | 'accent'

export function Badge({ tone = 'neutral', children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span
      className={cn(
        'inline-flex h-5 items-center gap-1.5 rounded-full px-2 text-12 font-medium whitespace-nowrap',
        TONE[tone],
      )}
    >
      {children}
    </span>
  )
}

const TONE: Record<BadgeTone, string> = {
  neutral: 'bg-offline-wash text-offline-text',
  online: 'bg-online-wash text-online-text',
  quiet: 'bg-quiet-wash text-quiet-text',
  refused: 'bg-refused-wash text-refused-text',
  accent: 'bg-accent-wash text-accent-text',
}
