import type { ApiKey, ApiKeyMaker } from '@heliograph/protocol'
import type { Prisma } from '../../foundation/database/generated/client.js'
import { storedScopes, storedTags } from '../../foundation/principal/stored-limit.js'
import { effectiveRole } from './effective-role.js'

/** What is read with a key, to tell who made it and what it may do. */
export function includeMaker(organizationId: number) {
  return {
    createdBy: {
      select: { id: true, name: true, members: { where: { organizationId }, select: { role: true } } },
    },
    createdByKey: { select: { id: true, name: true } },
  } satisfies Prisma.ApiKeyInclude
}

type Row = Prisma.ApiKeyGetPayload<{ include: ReturnType<typeof includeMaker> }>

export function toApiKey(row: Row): ApiKey {
  const makerRole = row.createdBy?.members[0]?.role ?? null
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    effectiveRole: effectiveRole({ role: row.role, createdById: row.createdById, makerRole }),
    scopes: storedScopes(row.scopes),
    tags: storedTags(row.tags),
    createdBy: makerOf(row),
    hint: row.hint,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: row.lastUsedAddress,
    rotatedAt: row.rotatedAt?.toISOString() ?? null,
    previousSecretExpiresAt: row.previousSecretExpiresAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
  }
}

function makerOf({ createdBy, createdByKey }: Row): ApiKeyMaker | null {
  if (createdByKey !== null) return { kind: 'apiKey', ...createdByKey }
  return createdBy === null ? null : { kind: 'person', id: createdBy.id, name: createdBy.name }
}
