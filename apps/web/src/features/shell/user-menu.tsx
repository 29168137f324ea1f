'use client'

import type { Me } from '@heliograph/protocol'
import { lazy } from 'react'
import { LazyMenu } from '@/components/lazy-menu'
import { cn } from '@/lib/cn'

const UserMenuPanel = lazy(() => import('./user-menu-panel'))

interface UserMenuProps {
  me: Me
  /** Shows the initials alone, where there is no room for the menu of organizations either. */
  compact?: boolean
  className?: string
}

export function UserMenu({ me, compact = false, className }: UserMenuProps) {
  return (
    <LazyMenu
      trigger={
        <button
          type="button"
          className={cn(
            'flex h-9 items-center gap-2.5 rounded-inner text-13 text-ink-soft transition-colors hover:bg-hover hover:text-ink',
            compact ? 'justify-center' : 'px-2',
            className,
          )}
        >
          <span
            aria-hidden
            className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-wash text-12 font-semibold text-accent-text"
          >
            {initials(me.user.name)}
          </span>
          <span className="sr-only">Account of</span>
          <span className={cn('min-w-0 flex-1 truncate text-left', compact && 'sr-only')}>
            {me.user.name}
          </span>
        </button>
      }
    >
      {(trigger) => <UserMenuPanel me={me} withOrganizations={compact} trigger={trigger} />}
    </LazyMenu>
  )
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''
  return `${words[0]?.[0] ?? ''}${last}`.toUpperCase()
}
