'use client'

import type { IssuedApiKey } from '@heliograph/protocol'
import { Button } from '@/components/button'
import { CodeBlock } from '@/components/code-block'
import { CopyField } from '@/components/copy-field'
import { Dialog } from '@/components/dialog'
import { ownAddress } from '@/lib/base-path'
import { usePlatform } from '@/lib/platform'

interface KeyOnceDialogProps {
  apiKey: IssuedApiKey
  title?: string
  onClose: () => void
}

export function KeyOnceDialog({ apiKey, title, onClose }: KeyOnceDialogProps) {
  const { data: platform } = usePlatform()
  const url = `${platform?.urls.http ?? ownAddress()}/api/v1/devices`
  return (
    <Dialog
      open
      locked
      onOpenChange={onClose}
      title={title ?? `New API key: ${apiKey.name}`}
      description="The key is shown only now. Store it where the script can read it."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have stored it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="rounded-outer border bg-surface">
          <CopyField label="API key" value={apiKey.key} secret />
        </div>
        <CodeBlock
          label="Example for curl"
          language="shell"
          code={`curl -H 'authorization: Bearer ${apiKey.key}' \\\n  ${url}`}
        />
      </div>
    </Dialog>
  )
}
