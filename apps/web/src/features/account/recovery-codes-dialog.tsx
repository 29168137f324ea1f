'use client'

import { Download } from 'lucide-react'
import { Button } from '@/components/button'
import { CopyButton } from '@/components/copy-button'
import { Dialog } from '@/components/dialog'
import { ownAddress } from '@/lib/base-path'
import { download } from '@/lib/download'

interface RecoveryCodesDialogProps {
  codes: readonly string[]
  email: string
  onClose: () => void
}

/** Shows recovery codes, once. */
export function RecoveryCodesDialog({ codes, email, onClose }: RecoveryCodesDialogProps) {
  const save = () => {
    const text = `Recovery codes of ${email} for Heliograph at ${ownAddress()}\nEach works once.\n\n${codes.join('\n')}\n`
    download('heliograph-recovery-codes.txt', new Blob([text], { type: 'text/plain' }))
  }
  return (
    <Dialog
      open
      locked
      size="sm"
      onOpenChange={onClose}
      title="Recovery codes"
      description="They are shown only now. Each signs you in once, in place of a code of your app, when you have lost your phone. Keep them where your password is not."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have stored them
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <ul
          aria-label="Recovery codes"
          className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-outer border bg-surface px-4 py-3 font-mono text-13 text-accent-text select-all"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          <CopyButton value={codes.join('\n')} label="Recovery codes" text="Copy all" />
          <Button size="sm" onClick={save}>
            <Download aria-hidden />
            Download
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
