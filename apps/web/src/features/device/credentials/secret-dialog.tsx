'use client'

import type { IssuedCredential } from '@heliograph/protocol'
import { Button } from '@/components/button'
import { CredentialOnce } from '@/components/credential/credential-once'
import { Dialog } from '@/components/dialog'
import { useCurrentDevice } from '../device-context'

interface SecretDialogProps {
  title: string
  credential: IssuedCredential
  onClose: () => void
}

/** Shows a secret for the one time that it can be shown; only its own button closes it. */
export function SecretDialog({ title, credential, onClose }: SecretDialogProps) {
  const { id } = useCurrentDevice()
  return (
    <Dialog
      open
      locked
      size="lg"
      onOpenChange={onClose}
      title={title}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have stored it
        </Button>
      }
    >
      <CredentialOnce credential={credential} device={id} />
    </Dialog>
  )
}
