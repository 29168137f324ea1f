'use client'

import type { Credential } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { useRefreshCredentials } from './use-credentials'

interface RevokeDialogProps {
  credential: Credential
  onClose: () => void
}

export function RevokeDialog({ credential, onClose }: RevokeDialogProps) {
  const { slug } = useOrganization()
  const device = useCurrentDevice()
  const refresh = useRefreshCredentials()
  const toast = useToast()
  const name = credential.name ?? 'this credential'

  const revoke = async () => {
    await request(`${deviceApi(device.id)}/credentials/${credential.id}`, { method: 'DELETE', org: slug })
    refresh()
    toast(`${credential.name ?? 'The credential'} was revoked`)
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Revoke ${name}?`}
      confirmLabel="Revoke credential"
      onConfirm={revoke}
    >
      <p>
        Clients that use it are disconnected at once and can no longer sign in with it. This cannot be undone.
        The data of {device.name} stays.
      </p>
      <p>
        {credential.lastUsedAt ? (
          <>
            It was last used{' '}
            <TimeAgo ts={Date.parse(credential.lastUsedAt)} className="font-medium text-ink" />.
          </>
        ) : (
          'It has never been used.'
        )}
      </p>
    </ConfirmDialog>
  )
}
