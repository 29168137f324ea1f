'use client'

import type { Application } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'
import { applicationApi, useRefreshApplications } from './use-applications'

interface DeleteDialogProps {
  application: Application
  onClose: () => void
}

export function DeleteDialog({ application, onClose }: DeleteDialogProps) {
  const { id, name, connections, lastConnectedAt } = application
  const { slug } = useOrganization()
  const refresh = useRefreshApplications()
  const toast = useToast()

  const revoke = async () => {
    await request(applicationApi(id), { method: 'DELETE', org: slug })
    refresh()
    toast(`${name} was revoked`)
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Revoke ${name}?`}
      confirmLabel="Revoke application"
      onConfirm={revoke}
    >
      <p>
        {connections === 0
          ? 'Its password is refused from now on.'
          : `Its ${connections === 1 ? 'connection is' : `${connections} connections are`} ended at once, and its password is refused from now on.`}{' '}
        The application, what it was granted and its stored sessions are deleted. This cannot be undone.
        Devices and their data are not affected.
      </p>
      <p>
        {lastConnectedAt === null ? (
          'It has never connected.'
        ) : (
          <>
            It connected last <TimeAgo ts={Date.parse(lastConnectedAt)} className="font-medium text-ink" />.
          </>
        )}
      </p>
    </ConfirmDialog>
  )
}
