'use client'

import type { ApiKey } from '@heliograph/protocol'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Td } from '@/components/table'
import { TimeAgo, TimeUntil } from '@/components/time-ago'
import { useNow } from '@/lib/clock'
import { formatDay } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'

interface ApiKeyRowProps {
  apiKey: ApiKey
  onRevoke: (key: ApiKey) => void
}

export function ApiKeyRow({ apiKey, onRevoke }: ApiKeyRowProps) {
  const { role } = useOrganization()
  const now = useNow()
  const expiresAt = Date.parse(apiKey.expiresAt)
  return (
    <tr>
      <Td className="sm:min-w-44">
        <span className="block font-medium">{apiKey.name}</span>
        <code className="block font-mono text-12 text-ink-faint">hg_key_…{apiKey.hint}</code>
        <span className="text-12 text-ink-faint sm:hidden">{apiKey.role}</span>
      </Td>
      <Td className="max-sm:hidden">
        <Badge>{apiKey.role}</Badge>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {apiKey.lastUsedAt ? <TimeAgo ts={Date.parse(apiKey.lastUsedAt)} /> : 'Never'}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        {formatDay(Date.parse(apiKey.createdAt))}
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {expiresAt <= now ? <Badge tone="refused">expired</Badge> : <TimeUntil ts={expiresAt} />}
      </Td>
      <Td className="w-20 text-right max-sm:px-1">
        {role === 'admin' && (
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
