'use client'

import type { Member, Role } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { useToast } from '@/components/toast'
import { useMe } from '@/lib/me'
import { roleLabel, roleTexts } from '@/lib/role-texts'
import { usePeopleCalls } from './use-members'

interface LowerRoleDialogProps {
  member: Member
  role: Role
  onClose: () => void
}

/** Names what a role that may do less takes from a member. */
export function LowerRoleDialog({ member, role, onClose }: LowerRoleDialogProps) {
  const { change } = usePeopleCalls()
  const toast = useToast()
  const isSelf = useMe().data?.user.id === member.id
  const they = isSelf ? 'you' : 'they'
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Make ${isSelf ? 'yourself' : member.name} ${role}?`}
      confirmLabel={`Make ${role}`}
      onConfirm={async () => {
        await change(member.id, { role })
        toast(isSelf ? `You are ${role} now` : `${member.name} is ${role} now`)
      }}
    >
      <p>
        {roleLabel(role)}: {roleTexts[role]}
      </p>
      <p>
        It holds at once, also on pages that are open now.
        {member.apiKeys > 0 && ` API keys that ${they} made do no more than that either.`}
        {member.invitations > 0 && ` Open invitations that ${they} may not make as ${role} are revoked.`}
        {isSelf && ' You cannot take this back yourself.'}
      </p>
    </ConfirmDialog>
  )
}
