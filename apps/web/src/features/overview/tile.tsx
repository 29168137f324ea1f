import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Skeleton } from '@/components/skeleton'
import { cn } from '@/lib/cn'

/** `calm` is for a number that needs no attention. */
export type TileTone = 'plain' | 'calm' | 'quiet' | 'refused'

interface TileProps {
  label: ReactNode
  /** The target of a press. */
  to?: { href: string; title: string } | { onPress: () => void; title: string }
  /** null: not known yet. */
  value: string | null
  unit?: string
  tone?: TileTone
  hint?: ReactNode
  children?: ReactNode
  className?: string
}

/** A large number with its label above and a hint below. All of the tile can be pressed. */
export function Tile({ label, to, value, unit, tone = 'plain', hint, children, className }: TileProps) {
  return (
    <li
      className={cn(
        '@container relative -mr-px -mb-px flex min-w-0 flex-col border-r border-b p-4 transition-colors md:p-5 in-data-wall:p-[2.4vh]',
        to && 'has-[a:hover]:bg-hover/60 has-[button:hover]:bg-hover/60',
        WASH[tone],
        className,
      )}
    >
      <h2 className="flex items-center justify-between gap-2 text-13 text-ink-soft in-data-wall:text-[2.6vh] in-data-wall:leading-tight">
        <Lead to={to}>{label}</Lead>
        {to && <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint in-data-wall:hidden" />}
      </h2>
      <p
        className={cn(
          'mt-1 flex items-baseline text-28 font-semibold tracking-tight tabular-nums',
          'in-data-wall:mt-[0.6vh] in-data-wall:text-[min(8.5vh,23cqw)] in-data-wall:leading-none',
          INK[tone],
        )}
      >
        {value === null ? <Skeleton className="my-1.5 h-6 w-20" /> : value}
        {value !== null && unit && (
          <span className="ml-1.5 text-14 font-normal tracking-normal text-ink-soft in-data-stale:text-ink-faint in-data-wall:ml-[1vh] in-data-wall:text-[3.2vh]">
            {unit}
          </span>
        )}
      </p>
      {hint !== undefined && (
        <div className="mt-0.5 min-h-4 text-12 text-ink-soft in-data-stale:text-ink-faint in-data-wall:mt-[0.8vh] in-data-wall:text-[2.3vh] in-data-wall:leading-tight">
          {hint}
        </div>
      )}
      {children}
    </li>
  )
}

function Lead({ to, children }: { to: TileProps['to']; children: ReactNode }) {
  const content = <span className="inline-flex items-center gap-2 in-data-wall:gap-[1vh]">{children}</span>
  if (to === undefined) return content
  if ('href' in to) {
    return (
      <Link href={to.href} title={to.title} className={coverClass}>
        {content}
      </Link>
    )
  }
  return (
    <button type="button" title={to.title} onClick={to.onPress} className={coverClass}>
      {content}
    </button>
  )
}

const coverClass = cn(
  'after:absolute after:inset-0 focus-visible:outline-none',
  'focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus',
)

const WASH: Record<TileTone, string> = {
  plain: '',
  calm: '',
  quiet: 'bg-quiet-wash in-data-stale:bg-transparent',
  refused: 'bg-refused-wash in-data-stale:bg-transparent',
}

const INK: Record<TileTone, string> = {
  plain: 'text-ink in-data-stale:text-ink-faint',
  calm: 'text-ink-faint',
  quiet: 'text-quiet-text in-data-stale:text-ink-faint',
  refused: 'text-refused-text in-data-stale:text-ink-faint',
}
