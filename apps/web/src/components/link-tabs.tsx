'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { tabClass } from '@/components/tab-class'
import { cn } from '@/lib/cn'

interface LinkTabsProps {
  label: string
  tabs: { href: string; label: string }[]
  className?: string
}

export function LinkTabs({ label, tabs, className }: LinkTabsProps) {
  const pathname = usePathname()
  return (
    <nav
      aria-label={label}
      className={cn('print:hidden flex gap-1 overflow-x-auto [scrollbar-width:none]', className)}
    >
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={pathname === tab.href ? 'page' : undefined}
          className={tabClass}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  )
}
