import { cn } from '@/lib/cn'

/** The classes of a tab, shared by both kinds of tabs. */
export const tabClass = cn(
  'relative shrink-0 px-2.5 py-2 text-13 text-ink-soft transition-colors hover:text-ink focus-visible:-outline-offset-2',
  'after:absolute after:inset-x-2.5 after:-bottom-px after:h-0.5 after:rounded-full after:bg-transparent',
  'aria-[current=page]:text-ink aria-[current=page]:font-medium aria-[current=page]:after:bg-accent',
  'data-[state=active]:text-ink data-[state=active]:font-medium data-[state=active]:after:bg-accent',
)
