import { Cpu, KeyRound, type LucideIcon } from 'lucide-react'
import { paths } from '@/lib/paths'

export interface NavigationItem {
  label: string
  icon: LucideIcon
  href: (org: string) => string
}

export const navigation: NavigationItem[] = [
  { label: 'Devices', icon: Cpu, href: paths.devices },
  { label: 'API keys', icon: KeyRound, href: paths.apiKeys },
]

/** Whether a page lies at, or below, what an item leads to. */
export function isCurrent(href: string, pathname: string): boolean {
  return pathname === href || pathname.startsWith(`${href}/`)
}
