import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

type Tone = 'info' | 'quiet' | 'refused'

interface NoticeProps {
  tone?: Tone
  title?: string
  children?: ReactNode
  action?: ReactNode
  className?: string
}

/** A message beside the content of a page. Screen readers announce a refusal at once. */
export function Notice({ tone = 'info', title, children, action, className }: NoticeProps) {
  const Icon = ICON[tone]
  return (
    <div
      role={tone === 'refused' ? 'alert' : undefined}
      className={cn('flex items-start gap-2.5 rounded-outer px-3 py-2.5 text-13', LOOK[tone], className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        {title && <p className="font-medium">{title}</p>}
        <div className="text-ink-soft">{children}</div>
      </div>
      {action}
    </div>
  )
}

const ICON = { info: Info, quiet: TriangleAlert, refused: CircleAlert }
const LOOK: Record<Tone, string> = {
  info: 'bg-sunken text-ink-soft',
  quiet: 'bg-quiet-wash text-quiet-text',
  refused: 'bg-refused-wash text-refused-text',
}
