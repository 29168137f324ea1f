'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useOrganization } from './organization'
import { paths } from './paths'

/** Whether the overview fills the screen, without navigation; `?wall` in the address says so. */
export function useWall(): { wall: boolean; leaveWall: () => void; enterWall: () => void } {
  const { slug } = useOrganization()
  const router = useRouter()
  const pathname = usePathname()
  const search = useSearchParams()
  const address = paths.overview(slug)
  return {
    wall: pathname === address && search.has('wall'),
    enterWall: () => router.replace(`${address}?wall`),
    leaveWall: () => router.replace(address),
  }
}
