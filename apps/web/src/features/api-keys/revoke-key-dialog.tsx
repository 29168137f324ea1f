'use client'

import type { ApiKey } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'
import { useRefreshApiKeys } from './use-api-keys'

interface RevokeKeyDialogProps {
  apiKey: ApiKey
  onClose: () => void
}

export function RevokeKeyDialog({ apiKey, onClose }: RevokeKeyDialogProps) {
  const { slug } = useOrganization()
  const refresh = useRefreshApiKeys()
  const toast = useToast()

  const revoke = async () => {
    await request(`/api/v1/api-keys/${encodeURIComponent(apiKey.id)}`, { method: 'DELETE', org: slug })
    refresh()
    toast(`${apiKey.name} was revoked`)
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Revoke ${apiKey.name}?`}
      confirmLabel="Revoke API key"
      onConfirm={revoke}
    >
      <p>
        Scripts that use <code className="font-mono">hg_key_…{apiKey.hint}</code> are refused from now on.
        This cannot be undone. Devices and their data are not affected.
      </p>
      <p>
        {apiKey.lastUsedAt ? (
          <>
            It was last used <TimeAgo ts={Date.parse(apiKey.lastUsedAt)} className="font-medium text-ink" />.
          </>
        ) : (
          'It has never been used.'
        )}
      </p>
    </ConfirmDialog>
  )
}
