'use client'

import type { Member, Role } from '@heliograph/protocol'
import { ChevronDown } from 'lucide-react'
import { lazy } from 'react'
import { buttonClass } from '@/components/button'
import { LazyMenu } from '@/components/lazy-menu'
import { cn } from '@/lib/cn'
import { roleLabel } from '@/lib/role-texts'

const RoleMenuPanel = lazy(() => import('./role-menu-panel'))

export interface RoleMenuProps {
  member: Member
  onChange: (role: Role) => void
}

/** The role of a member, as a button that offers others. */
export function RoleMenu(props: RoleMenuProps) {
  const { name, role } = props.member
  return (
    <LazyMenu
      trigger={
        <button
          type="button"
          aria-label={`Role of ${name}: ${role}`}
          className={cn(buttonClass('ghost', 'sm'), '-ml-2.5 gap-1.5')}
        >
          {roleLabel(role)}
          <ChevronDown aria-hidden />
        </button>
      }
    >
      {(trigger) => <RoleMenuPanel {...props} trigger={trigger} />}
    </LazyMenu>
  )
}
