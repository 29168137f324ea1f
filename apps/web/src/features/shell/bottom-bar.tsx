'use client'

import type { Me } from '@heliograph/protocol'
import Link from 'next/link'
import { cn } from '@/lib/cn'
import { useNavigation } from './navigation'
import { UserMenu } from './user-menu'

/** The main navigation on narrow screens. */
export function BottomBar({ me }: { me: Me }) {
  return (
    <nav
      aria-label="Main"
      className="print:hidden fixed inset-x-0 bottom-0 z-30 flex items-stretch border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {useNavigation().map(({ label, icon: Icon, href, current }) => (
        <Link
          key={label}
          href={href}
          aria-current={current ? 'page' : undefined}
          className={cn(
            'flex h-14 flex-1 flex-col items-center justify-center gap-1 text-12 focus-visible:-outline-offset-2',
            current ? 'font-medium text-ink' : 'text-ink-soft',
          )}
        >
          <Icon aria-hidden className={cn('size-5', current && 'text-accent-text')} />
          {label}
        </Link>
      ))}
      <UserMenu me={me} compact className="h-14 flex-1 rounded-none" />
    </nav>
  )
}
