'use client'

import { Ban, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Menu, MenuItem } from '@/components/menu'

interface CredentialMenuProps {
  trigger: ReactNode
  onAction: (kind: 'rotate' | 'revoke') => void
}

export default function CredentialMenu({ trigger, onAction }: CredentialMenuProps) {
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<RotateCw aria-hidden />} onSelect={() => onAction('rotate')}>
        Rotate secret…
      </MenuItem>
      <MenuItem tone="danger" icon={<Ban aria-hidden />} onSelect={() => onAction('revoke')}>
        Revoke…
      </MenuItem>
    </Menu>
  )
}
