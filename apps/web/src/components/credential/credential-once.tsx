'use client'

import type { IssuedCredential } from '@heliograph/protocol'
import { CopyButton } from '@/components/copy-button'
import { CopyField } from '@/components/copy-field'
import { Notice } from '@/components/notice'
import { Tabs } from '@/components/tabs'
import { ownAddress } from '@/lib/base-path'
import { usePlatform } from '@/lib/platform'
import { connectSnippets } from '@/lib/snippets/connect-snippets'
import { startCommand } from '@/lib/start-command'
import { SnippetPanel } from './snippet-panel'

interface CredentialOnceProps {
  credential: IssuedCredential
  device: string
}

/** A credential with its secret, which is shown only once, and examples that use it. */
export function CredentialOnce({ credential, device }: CredentialOnceProps) {
  const { data: platform } = usePlatform()
  const fields = credentialFields(credential)
  const snippets = connectSnippets(credential, device, platform?.urls.http ?? ownAddress())
  const all = fields.map(({ label, value }) => `${label}: ${value}`).join('\n')

  return (
    <div className="flex flex-col gap-4">
      <section aria-label="Credential">
        <div className="mb-2 flex items-center justify-between gap-3">
          <p className="text-13 text-ink-soft">
            Shown <strong className="font-semibold text-ink">only now</strong>. Store the password where the
            device can read it.
          </p>
          <CopyButton value={all} label="credential" text="Copy all" />
        </div>
        <div className="rounded-outer border bg-surface">
          {fields.map((field) => (
            <CopyField key={field.label} {...field} />
          ))}
        </div>
      </section>
      {platform?.loopbackOnly && (
        <Notice tone="quiet" title="Only this computer can reach these addresses">
          For devices on the network, start Heliograph with{' '}
          <code className="font-mono text-12 text-ink">{startCommand(platform.urls)}</code>, and with whatever
          else you set, such as <code className="font-mono text-12 text-ink">DATA_DIR</code>.
        </Notice>
      )}
      <Tabs
        label="Examples for a first message"
        tabs={snippets.map((snippet) => ({
          value: snippet.id,
          label: snippet.label,
          content: <SnippetPanel {...snippet} />,
        }))}
      />
    </div>
  )
}

function credentialFields(credential: IssuedCredential) {
  return [
    { label: 'Server', value: credential.urls.tcp ?? credential.urls.ws },
    { label: 'Client id', value: credential.clientId },
    { label: 'Username', value: credential.username },
    { label: 'Password', value: credential.password, secret: true },
    { label: 'Topic', value: credential.topics.telemetry },
  ]
}
