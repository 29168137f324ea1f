'use client'

import { Ban, Pencil, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Menu, MenuItem } from '@/components/menu'
import type { ApplicationAction } from './application-row'

interface ApplicationMenuProps {
  trigger: ReactNode
  onAction: (kind: ApplicationAction) => void
}

export default function ApplicationMenu({ trigger, onAction }: ApplicationMenuProps) {
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<Pencil aria-hidden />} onSelect={() => onAction('edit')}>
        Change…
      </MenuItem>
      <MenuItem icon={<RotateCw aria-hidden />} onSelect={() => onAction('rotate')}>
        Rotate password…
      </MenuItem>
      <MenuItem tone="danger" icon={<Ban aria-hidden />} onSelect={() => onAction('delete')}>
        Revoke…
      </MenuItem>
    </Menu>
  )
}
