'use client'

import type { IssuedInvitation } from '@heliograph/protocol'
import { Button } from '@/components/button'
import { CopyField } from '@/components/copy-field'
import { Dialog } from '@/components/dialog'
import { formatMoment } from '@/lib/format-time'

interface LinkOnceDialogProps {
  invitation: IssuedInvitation
  onClose: () => void
}

/** The link of a new invitation, which cannot be shown again. */
export function LinkOnceDialog({ invitation, onClose }: LinkOnceDialogProps) {
  const { url, role, email, expiresAt, mailed } = invitation
  return (
    <Dialog
      open
      locked
      onOpenChange={onClose}
      title="Invitation link"
      description={
        mailed
          ? `A link is on its way to ${email}. This one is for you to pass on, if the mail does not arrive; it is shown only now.`
          : 'The link is shown only now. Send it to the person, by a way that nobody else reads.'
      }
      footer={
        <Button variant="primary" onClick={onClose}>
          {mailed ? 'Done' : 'I have copied it'}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="rounded-outer border bg-surface">
          <CopyField label="Link" value={url} secret />
        </div>
        <p className="text-13 text-ink-soft">
          It lets {email ?? 'one person'} in as {role}, until {formatMoment(Date.parse(expiresAt))}. You can
          revoke it until it is used.
        </p>
      </div>
    </Dialog>
  )
}
