import type { ReactNode } from 'react'
import { PlatformFrame } from '@/app/views'

export default function OrganizationsLayout({ children }: { children: ReactNode }) {
  return <PlatformFrame>{children}</PlatformFrame>
}
