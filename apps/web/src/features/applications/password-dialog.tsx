'use client'

import type { IssuedApplication } from '@heliograph/protocol'
import { Button } from '@/components/button'
import { CopyButton } from '@/components/copy-button'
import { CopyField } from '@/components/copy-field'
import { SnippetPanel } from '@/components/credential/snippet-panel'
import { Dialog } from '@/components/dialog'
import { Tabs } from '@/components/tabs'
import { applicationSnippets } from '@/lib/snippets/application-snippets'

interface PasswordDialogProps {
  title: string
  application: IssuedApplication
  onClose: () => void
}

/** Shows a password for the one time that it can be shown, with examples; only its own button closes it. */
export function PasswordDialog({ title, application, onClose }: PasswordDialogProps) {
  const fields = fieldsOf(application)
  const all = fields.map(({ label, value }) => `${label}: ${value}`).join('\n')
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
      <div className="flex flex-col gap-4">
        <section aria-label="Credential">
          <div className="mb-2 flex items-center justify-between gap-3">
            <p className="text-13 text-ink-soft">
              Shown <strong className="font-semibold text-ink">only now</strong>. Any client id will do; each
              connection needs one of its own.
            </p>
            <CopyButton value={all} label="credential" text="Copy all" />
          </div>
          <div className="rounded-outer border bg-surface">
            {fields.map((field) => (
              <CopyField key={field.label} {...field} />
            ))}
          </div>
        </section>
        <Tabs
          label="Examples"
          tabs={applicationSnippets(application).map((snippet) => ({
            value: snippet.id,
            label: snippet.label,
            content: <SnippetPanel {...snippet} />,
          }))}
        />
      </div>
    </Dialog>
  )
}

function fieldsOf({ urls, username, password }: IssuedApplication) {
  return [
    ...(urls.tcp === null ? [] : [{ label: 'Server', value: urls.tcp }]),
    { label: 'WebSocket', value: urls.ws },
    { label: 'Username', value: username },
    { label: 'Password', value: password, secret: true },
  ]
}
