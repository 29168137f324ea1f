import type { Invitation } from '@heliograph/protocol'
import type { Prisma } from '../../foundation/database/generated/client.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'

/** What is read with an invitation, to tell who made it. */
export const includeInviter = {
  createdBy: { select: { id: true, name: true } },
  createdByKey: { select: { id: true, name: true } },
} satisfies Prisma.InvitationInclude

type Row = Prisma.InvitationGetPayload<{ include: typeof includeInviter }>

/** Selects invitations that can be accepted now. */
export function isOpen() {
  return {
    acceptedAt: null,
    revokedAt: null,
    expiresAt: { gt: new Date() },
  } satisfies Prisma.InvitationWhereInput
}

export function toInvitation(row: Row): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    tags: storedTags(row.tags),
    createdBy: inviterOf(row),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }
}

function inviterOf({ createdBy, createdByKey }: Row): Invitation['createdBy'] {
  if (createdByKey !== null) return { kind: 'apiKey', ...createdByKey }
  return createdBy === null ? null : { kind: 'person', ...createdBy }
}
