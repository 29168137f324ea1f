import { Cpu, Gauge, KeyRound, type LucideIcon } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

interface NavigationItem {
  label: string
  icon: LucideIcon
  href: string
  /** Whether the page lies at, or below, what it leads to. */
  current: boolean
}

/** The sections of an organization's pages. */
export function useNavigation(): NavigationItem[] {
  const { slug } = useOrganization()
  const pathname = usePathname()
  return sections.map(({ label, icon, path, exact }) => {
    const href = path(slug)
    return { label, icon, href, current: pathname === href || (!exact && pathname.startsWith(`${href}/`)) }
  })
}

/** Everything lies below the overview, so that only it itself counts. */
const sections = [
  { label: 'Overview', icon: Gauge, path: paths.overview, exact: true },
  { label: 'Devices', icon: Cpu, path: paths.devices, exact: false },
  { label: 'API keys', icon: KeyRound, path: paths.apiKeys, exact: false },
]
