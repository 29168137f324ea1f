'use client'

import { ConfirmDialog } from '@/components/confirm-dialog'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { request } from '@/lib/api'
import { addressOf } from '@/lib/base-path'
import { formatBytes, formatCount } from '@/lib/format-number'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { useLosses } from './use-losses'

/** Names what is lost, and takes the slug as the confirmation. */
export function DeleteOrganizationDialog({ onClose }: { onClose: () => void }) {
  const { slug, name } = useOrganization()
  const confirm = async () => {
    await request('/api/v1/organization', { method: 'DELETE', query: { confirm: slug }, org: slug })
    // Loaded anew, so that nothing of the organization stays in memory.
    window.location.assign(addressOf(paths.home))
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}?`}
      confirmLabel="Delete organization"
      typeToConfirm={slug}
      onConfirm={confirm}
    >
      <p>This cannot be undone. At once, and for good, this is lost:</p>
      <Loaded
        query={useLosses()}
        failure="What is lost could not be counted"
        skeleton={<Skeleton className="h-24 w-full" />}
      >
        {({ devices, telemetryBytes, members, apiKeys, applications }) => (
          <ul className="list-disc pl-5">
            <li>{counted(devices, 'device')} with all credentials: they are disconnected and refused;</li>
            <li>
              all telemetry{telemetryBytes ? `, about ${bytesText(telemetryBytes)}` : null}, and its history;
            </li>
            {apiKeys > 0 && <li>{counted(apiKeys, 'API key')}: scripts that use them are refused;</li>}
            {applications > 0 && (
              <li>{counted(applications, 'application')}: they are disconnected and refused;</li>
            )}
            <li>the access of {counted(members, 'member')}, whose accounts stay;</li>
            <li>the settings, the open invitations and the audit.</li>
          </ul>
        )}
      </Loaded>
    </ConfirmDialog>
  )
}

function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`
}

function bytesText(bytes: number): string {
  const { figure, unit } = formatBytes(bytes)
  return `${figure} ${unit}`
}
