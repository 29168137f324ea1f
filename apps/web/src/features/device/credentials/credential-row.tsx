'use client'

import type { Credential } from '@heliograph/protocol'
import { Ellipsis } from 'lucide-react'
import { lazy } from 'react'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { LazyMenu } from '@/components/lazy-menu'
import { Td } from '@/components/table'
import { TimeAgo, TimeUntil } from '@/components/time-ago'
import { useNow } from '@/lib/clock'
import { formatDay } from '@/lib/format-time'
import { useMay } from '@/lib/organization'

const CredentialMenu = lazy(() => import('./credential-menu'))

interface CredentialRowProps {
  credential: Credential
  onAction: (kind: 'rotate' | 'revoke', credential: Credential) => void
}

export function CredentialRow({ credential, onAction }: CredentialRowProps) {
  const may = useMay()
  const now = useNow()
  const previousUntil = Date.parse(credential.previousSecretExpiresAt ?? '')
  return (
    <tr>
      <Td className="sm:min-w-56">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{credential.name ?? 'Credential'}</span>
          {previousUntil > now && (
            <Badge tone="quiet">
              <span>
                old secret expires <TimeUntil ts={previousUntil} />
              </span>
            </Badge>
          )}
        </div>
        <code className="block font-mono text-12 text-ink-faint">{credential.username}</code>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {credential.lastUsedAt ? <TimeAgo ts={Date.parse(credential.lastUsedAt)} /> : 'Never'}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        {formatDay(Date.parse(credential.createdAt))}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        <Expiry expiresAt={credential.expiresAt} now={now} />
      </Td>
      <Td className="w-12 pr-2 text-right">
        {may('credentials.manage') && (
          <LazyMenu
            trigger={
              <Button
                variant="ghost"
                size="icon"
                aria-label={`Actions for ${credential.name ?? credential.username}`}
              >
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            {(trigger) => (
              <CredentialMenu trigger={trigger} onAction={(kind) => onAction(kind, credential)} />
            )}
          </LazyMenu>
        )}
      </Td>
    </tr>
  )
}

function Expiry({ expiresAt, now }: { expiresAt: string | null; now: number }) {
  if (expiresAt === null) return 'Never'
  const ts = Date.parse(expiresAt)
  return ts <= now ? <Badge tone="refused">expired</Badge> : <TimeUntil ts={ts} />
}
