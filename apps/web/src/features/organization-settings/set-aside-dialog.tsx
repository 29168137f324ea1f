'use client'

import { fileNameOf, type SetAsideMessage } from '@heliograph/protocol'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/button'
import { CodeBlock } from '@/components/code-block'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { Dialog } from '@/components/dialog'
import { useToast } from '@/components/toast'
import { download } from '@/lib/download'
import { formatCount } from '@/lib/format-number'
import { formatExact } from '@/lib/format-time'
import { useDeleteSetAside } from './use-set-aside'

interface SetAsideDialogProps {
  message: SetAsideMessage
  onClose: () => void
}

export function SetAsideDialog({ message, onClose }: SetAsideDialogProps) {
  const remove = useDeleteSetAside()
  const toast = useToast()
  const [deleting, setDeleting] = useState(false)
  const { id, device, receivedAt, reason, payload, payloadBytes, truncated } = message
  const received = formatExact(Date.parse(receivedAt))

  if (deleting)
    return (
      <ConfirmDialog
        open
        onOpenChange={onClose}
        title="Delete this message?"
        confirmLabel="Delete message"
        onConfirm={async () => {
          await remove(id)
          toast(`The message of ${device} was deleted`)
        }}
      >
        <p>
          What {device} sent at {received} is lost for good: it is not stored, and the device does not send it
          again.
        </p>
      </ConfirmDialog>
    )
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="lg"
      title={`Message of ${device}`}
      description={`Received ${received}. ${reason}.`}
      footer={
        <>
          <Button onClick={() => download(fileNameOf(`${device}-${id}`, '.json'), new Blob([payload]))}>
            <Download aria-hidden />
            Download
          </Button>
          <Button variant="danger" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      }
    >
      {truncated && (
        <p className="mb-2 text-13 text-ink-soft">
          Only the beginning was kept, of {formatCount(payloadBytes)} bytes.
        </p>
      )}
      <CodeBlock label="Payload" language="json" code={payload} />
    </Dialog>
  )
}
