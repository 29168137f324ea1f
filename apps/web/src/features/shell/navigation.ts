import { Cpu, Gauge, KeyRound, type LucideIcon, Settings } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { useMay, useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

interface NavigationItem {
  label: string
  icon: LucideIcon
  href: string
  /** Whether the current page is the target or below it. */
  current: boolean
}

/** The sections of an organization's pages that the person may see. */
export function useNavigation(): NavigationItem[] {
  const { slug } = useOrganization()
  const pathname = usePathname()
  const may = useMay()
  const offered = sections.filter(({ permission }) => permission === null || may(permission))
  return offered.map(({ label, icon, path, exact }) => {
    const href = path(slug)
    return { label, icon, href, current: pathname === href || (!exact && pathname.startsWith(`${href}/`)) }
  })
}

/** All pages are below the overview, so the overview is current only at its exact address. */
const sections = [
  { label: 'Overview', icon: Gauge, path: paths.overview, exact: true, permission: null },
  { label: 'Devices', icon: Cpu, path: paths.devices, exact: false, permission: null },
  { label: 'API keys', icon: KeyRound, path: paths.apiKeys, exact: false, permission: 'apiKeys.manage' },
  { label: 'Settings', icon: Settings, path: paths.settings, exact: false, permission: null },
] as const
