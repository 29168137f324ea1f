'use client'

import type { Me } from '@heliograph/protocol'
import { PanelLeft } from 'lucide-react'
import Link from 'next/link'
import { Logo } from '@/components/logo'
import { cn } from '@/lib/cn'
import { useStoredFlag } from '@/lib/use-stored-flag'
import { useNavigation } from './navigation'
import { OrganizationMenu } from './organization-menu'
import { UserMenu } from './user-menu'

export function SideNavigation({ me }: { me: Me }) {
  const [collapsed, setCollapsed] = useStoredFlag('navigation-collapsed')
  return (
    <aside
      className={cn(
        'print:hidden! sticky top-0 hidden h-dvh shrink-0 flex-col border-r bg-sunken transition-[width] md:flex',
        collapsed ? 'w-14' : 'w-56',
      )}
    >
      <div className="flex h-13 items-center gap-2.5 px-4">
        <Logo className="size-6 shrink-0" />
        {!collapsed && <span className="text-14 font-semibold tracking-tight">Heliograph</span>}
      </div>
      {!collapsed && (
        <div className="px-2 pb-3">
          <OrganizationMenu organizations={me.organizations} />
        </div>
      )}
      <NavigationLinks collapsed={collapsed} />
      <div className="mt-auto flex flex-col gap-1 p-2">
        <button
          type="button"
          onClick={() => setCollapsed(!collapsed)}
          aria-expanded={!collapsed}
          className={cn(itemClass, 'text-ink-faint')}
        >
          <PanelLeft aria-hidden className="size-4 shrink-0" />
          <span className={cn(collapsed && 'sr-only')}>{collapsed ? 'Expand' : 'Collapse'}</span>
        </button>
        <UserMenu me={me} compact={collapsed} />
      </div>
    </aside>
  )
}

function NavigationLinks({ collapsed }: { collapsed: boolean }) {
  return (
    <nav aria-label="Main" className="flex flex-col gap-0.5 px-2">
      {useNavigation().map(({ label, icon: Icon, href, current }) => (
        <Link
          key={label}
          href={href}
          title={collapsed ? label : undefined}
          aria-current={current ? 'page' : undefined}
          className={cn(itemClass, current && 'bg-hover font-medium text-ink')}
        >
          <Icon aria-hidden className={cn('size-4 shrink-0', current && 'text-accent-text')} />
          <span className={cn(collapsed && 'sr-only')}>{label}</span>
        </Link>
      ))}
    </nav>
  )
}

const itemClass =
  'flex h-8 items-center gap-2.5 rounded-inner px-3 text-13 text-ink-soft transition-colors hover:bg-hover hover:text-ink'
