'use client'

import type { OrganizationSettings } from '@heliograph/protocol'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { formatExact } from '@/lib/format-time'
import { lostBefore, retentionText } from './retention'

interface ShortenDialogProps {
  settings: OrganizationSettings
  retentionDays: number | null
  onSave: (retentionDays: number | null) => Promise<void>
  onClose: () => void
}

/** Names what a shorter retention loses, before it is saved. */
export function ShortenDialog({ settings, retentionDays, onSave, onClose }: ShortenDialogProps) {
  const days = retentionText((retentionDays ?? settings.defaultRetentionDays) || null)
  const before = lostBefore(settings, retentionDays) ?? 0
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Keep telemetry for ${days} only?`}
      confirmLabel="Shorten retention"
      onConfirm={() => onSave(retentionDays)}
    >
      <p>Lost for good, of every device of {settings.name}:</p>
      <ul className="list-disc pl-5">
        <li>
          all samples from before {formatExact(before)}, with their minute and hour values in charts. They are
          deleted at the next run, about {formatExact(Date.parse(settings.nextDeletionAt))}; until then a
          longer retention keeps them;
        </li>
        <li>
          samples that a device sends later than {days} after it took them: they are refused from now on.
        </li>
      </ul>
      <p>The last value of each key, the devices and their presence history stay.</p>
    </ConfirmDialog>
  )
}
