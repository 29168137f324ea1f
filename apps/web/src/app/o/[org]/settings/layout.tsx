import type { ReactNode } from 'react'
import { SettingsFrame } from '@/app/views'

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return <SettingsFrame>{children}</SettingsFrame>
}
