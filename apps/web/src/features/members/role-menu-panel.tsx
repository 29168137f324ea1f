'use client'

import { mayManageRole, roles } from '@heliograph/protocol'
import type { ReactNode } from 'react'
import { Menu, MenuChoice } from '@/components/menu'
import { useOrganization } from '@/lib/organization'
import { roleLabel, roleTexts } from '@/lib/role-texts'
import type { RoleMenuProps } from './role-menu'

/** The roles that this person may give, each with what it may do. */
export default function RoleMenuPanel({ member, onChange, trigger }: RoleMenuProps & { trigger: ReactNode }) {
  const { role } = useOrganization()
  const offered = roles.filter((other) => mayManageRole(role, other))
  return (
    <Menu align="start" trigger={trigger}>
      <MenuChoice
        label={`Role of ${member.name}`}
        closes
        value={member.role}
        onChange={(value) => {
          const chosen = offered.find((other) => other === value)
          if (chosen !== undefined && chosen !== member.role) onChange(chosen)
        }}
        options={offered.map((value) => ({ value, label: roleLabel(value), hint: roleTexts[value] }))}
      />
    </Menu>
  )
}
