'use client'

import type { Invitation } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { useToast } from '@/components/toast'
import { usePeopleCalls } from './use-members'

interface RevokeDialogProps {
  invitation: Invitation
  onClose: () => void
}

export function RevokeDialog({ invitation, onClose }: RevokeDialogProps) {
  const { revoke } = usePeopleCalls()
  const toast = useToast()
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Revoke this invitation?"
      confirmLabel="Revoke invitation"
      onConfirm={async () => {
        await revoke(invitation.id)
        toast('The invitation was revoked')
      }}
    >
      <p>
        Its link lets nobody in from now on, and says that it was revoked.{' '}
        {invitation.email === null ? '' : `It was for ${invitation.email}.`}
      </p>
    </ConfirmDialog>
  )
}
