'use client'

import type { ApiKey } from '@heliograph/protocol'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { Td } from '@/components/table'
import { TimeAgo, TimeUntil } from '@/components/time-ago'
import { useNow } from '@/lib/clock'
import { creatorText } from '@/lib/creator-text'
import { formatDay } from '@/lib/format-time'
import { scopeTexts } from './scope-texts'

export interface ApiKeyRowProps {
  apiKey: ApiKey
  onAction: (kind: 'rotate' | 'revoke', key: ApiKey) => void
}

export function ApiKeyRow({ apiKey, onAction }: ApiKeyRowProps) {
  const now = useNow()
  const expiresAt = Date.parse(apiKey.expiresAt)
  const previousUntil = Date.parse(apiKey.previousSecretExpiresAt ?? '')
  return (
    <tr>
      <Td className="sm:min-w-44">
        <span className="block font-medium">{apiKey.name}</span>
        {previousUntil > now && (
          <Badge tone="quiet">
            <span>
              old secret expires <TimeUntil ts={previousUntil} />
            </span>
          </Badge>
        )}
        <code className="block font-mono text-12 text-ink-faint">hg_key_…{apiKey.hint}</code>
        <span className="text-12 text-ink-faint sm:hidden">
          {apiKey.effectiveRole ?? 'refused'} · by {creatorText(apiKey.createdBy)}
        </span>
        <span className="block text-12 text-ink-faint sm:hidden">
          <Limits apiKey={apiKey} />
          <LastUse apiKey={apiKey} />
        </span>
      </Td>
      <Td className="max-sm:hidden">
        <RoleAtUse apiKey={apiKey} />
        <Limits apiKey={apiKey} />
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        <LastUse apiKey={apiKey} />
      </Td>
      <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
        <span className="block">{formatDay(Date.parse(apiKey.createdAt))}</span>
        <span className="block max-w-48 truncate text-12 text-ink-faint">
          by {creatorText(apiKey.createdBy)}
        </span>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        {expiresAt <= now ? <Badge tone="refused">expired</Badge> : <TimeUntil ts={expiresAt} />}
      </Td>
      <Td className="w-20 text-right max-sm:px-1">
        <span className="flex justify-end max-sm:flex-col">
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Rotate ${apiKey.name}`}
            onClick={() => onAction('rotate', apiKey)}
          >
            Rotate
          </Button>
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke ${apiKey.name}`}
            className="hover:text-refused-text"
            onClick={() => onAction('revoke', apiKey)}
          >
            Revoke
          </Button>
        </span>
      </Td>
    </tr>
  )
}

/** When and from where a key was last used. */
function LastUse({ apiKey: { lastUsedAt, lastUsedAddress } }: Pick<ApiKeyRowProps, 'apiKey'>) {
  if (lastUsedAt === null) return 'Never used'
  return (
    <>
      <TimeAgo ts={Date.parse(lastUsedAt)} />
      {lastUsedAddress !== null && (
        <span className="block max-w-40 truncate text-12 text-ink-faint" title={lastUsedAddress}>
          from {lastUsedAddress}
        </span>
      )}
    </>
  )
}

/** What a key is limited to, beside its role. */
function Limits({ apiKey: { scopes, tags } }: Pick<ApiKeyRowProps, 'apiKey'>) {
  return (
    <>
      {scopes !== null && (
        <span className="mt-0.5 block max-w-56 text-12 text-ink-faint" title={scopes.join(', ')}>
          {scopes.length <= shownScopes
            ? scopes.map((scope) => scopeTexts[scope]).join('; ')
            : `${scopes.length} permissions: ${scopes.join(', ')}`}
        </span>
      )}
      {tags !== null && (
        <span className="mt-0.5 block max-w-56 truncate text-12 text-ink-faint" title={tags.join(', ')}>
          only devices tagged {tags.join(' or ')}
        </span>
      )}
    </>
  )
}

const shownScopes = 3

/** A key does no more than the person behind it, and is refused when that person has left. */
function RoleAtUse({ apiKey: { role, effectiveRole } }: Pick<ApiKeyRowProps, 'apiKey'>) {
  if (effectiveRole === null) return <Badge tone="refused">refused: its creator left</Badge>
  if (effectiveRole === role) return <Badge>{role}</Badge>
  return <Badge tone="quiet">{effectiveRole}, like its creator</Badge>
}
