import { Cpu, Gauge, KeyRound, type LucideIcon } from 'lucide-react'
import { paths } from '@/lib/paths'

export interface NavigationItem {
  label: string
  icon: LucideIcon
  href: (org: string) => string
  /** Whether nothing lies below it. */
  exact?: boolean
}

export const navigation: NavigationItem[] = [
  { label: 'Overview', icon: Gauge, href: paths.overview, exact: true },
  { label: 'Devices', icon: Cpu, href: (org) => paths.devices(org) },
  { label: 'API keys', icon: KeyRound, href: paths.apiKeys },
]

/** Whether a page lies at, or below, what an item leads to. */
export function isCurrent({ href, exact }: NavigationItem, org: string, pathname: string): boolean {
  return pathname === href(org) || (!exact && pathname.startsWith(`${href(org)}/`))
}
