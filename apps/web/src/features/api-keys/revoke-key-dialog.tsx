'use client'

import type { ApiKey } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { useApiKeys, useRefreshApiKeys } from '@/lib/api-keys'
import { useOrganization } from '@/lib/organization'

interface RevokeKeyDialogProps {
  apiKey: ApiKey
  onClose: () => void
}

export function RevokeKeyDialog({ apiKey, onClose }: RevokeKeyDialogProps) {
  const { slug } = useOrganization()
  const madeWithIt = keysMadeWith(apiKey.id, useApiKeys().data?.items ?? [])
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
      {madeWithIt.length > 0 && (
        <p>Keys that were made with it are revoked too: {madeWithIt.map(({ name }) => name).join(', ')}.</p>
      )}
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

/** The keys that were made with a key, and with those. */
function keysMadeWith(id: string, keys: readonly ApiKey[]): ApiKey[] {
  const children = keys.filter(({ createdBy }) => createdBy?.kind === 'apiKey' && createdBy.id === id)
  return children.flatMap((child) => [child, ...keysMadeWith(child.id, keys)])
}
