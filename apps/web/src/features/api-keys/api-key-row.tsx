'use client'

import type { ApiKey } from '@heliograph/protocol'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Td } from '@/components/table'
import { TimeAgo, TimeUntil } from '@/components/time-ago'
import { useNow } from '@/lib/clock'
import { formatDay } from '@/lib/format-time'
import { useMay } from '@/lib/organization'

interface ApiKeyRowProps {
  apiKey: ApiKey
  onRevoke: (key: ApiKey) => void
}

export function ApiKeyRow({ apiKey, onRevoke }: ApiKeyRowProps) {
  const may = useMay()
  const now = useNow()
  const expiresAt = Date.parse(apiKey.expiresAt)
  return (
    <tr>
      <Td className="sm:min-w-44">
        <span className="block font-medium">{apiKey.name}</span>
        <code className="block font-mono text-12 text-ink-faint">hg_key_…{apiKey.hint}</code>
        <span className="text-12 text-ink-faint sm:hidden">
          {apiKey.effectiveRole ?? 'refused'} · by {makerText(apiKey)}
        </span>
      </Td>
      <Td className="max-sm:hidden">
        <RoleAtUse apiKey={apiKey} />
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {apiKey.lastUsedAt ? <TimeAgo ts={Date.parse(apiKey.lastUsedAt)} /> : 'Never'}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        <span className="block">{formatDay(Date.parse(apiKey.createdAt))}</span>
        <span className="block max-w-48 truncate text-12 text-ink-faint">by {makerText(apiKey)}</span>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {expiresAt <= now ? <Badge tone="refused">expired</Badge> : <TimeUntil ts={expiresAt} />}
      </Td>
      <Td className="w-20 text-right max-sm:px-1">
        {may('apiKeys.manage') && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke ${apiKey.name}`}
            className="hover:text-refused-text"
            onClick={() => onRevoke(apiKey)}
          >
            Revoke
          </Button>
        )}
      </Td>
    </tr>
  )
}

/** A key does no more than the person behind it, and is refused when that person has left. */
function RoleAtUse({ apiKey: { role, effectiveRole } }: Pick<ApiKeyRowProps, 'apiKey'>) {
  if (effectiveRole === null) return <Badge tone="refused">refused: its maker left</Badge>
  if (effectiveRole === role) return <Badge>{role}</Badge>
  return <Badge tone="quiet">{effectiveRole}, as its maker</Badge>
}

function makerText({ createdBy }: ApiKey): string {
  if (createdBy === null) return 'an unknown maker'
  return createdBy.kind === 'person' ? createdBy.name : `the key ${createdBy.name}`
}
