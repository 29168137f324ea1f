import type { Application, IssuedApplication } from '@heliograph/protocol'
import type { PlatformUrls } from '../../foundation/addresses/addresses.js'
import type { Prisma } from '../../foundation/database/generated/client.js'

/** What is read with an application, to tell who made it. */
export const withMaker = {
  createdBy: { select: { id: true, name: true } },
  createdByKey: { select: { id: true, name: true } },
} satisfies Prisma.ApplicationInclude

export type ApplicationRow = Prisma.ApplicationGetPayload<{ include: typeof withMaker }>

/** Converts a row to the application of the REST interface. */
export function toApplication(row: ApplicationRow, connections: number): Application {
  const overlapping =
    row.previousSecretExpiresAt !== null && row.previousSecretExpiresAt.getTime() > Date.now()
  return {
    id: row.id,
    name: row.name,
    subscribe: row.subscribe,
    publish: row.publish,
    origins: originsOf(row),
    hint: row.hint,
    createdAt: row.createdAt.toISOString(),
    createdBy: makerOf(row),
    rotatedAt: row.rotatedAt?.toISOString() ?? null,
    previousSecretExpiresAt: overlapping ? (row.previousSecretExpiresAt?.toISOString() ?? null) : null,
    connections,
    lastConnectedAt: row.lastConnectedAt?.toISOString() ?? null,
    lastAddress: row.lastAddress,
  }
}

/** The same with a new password, and all else that is needed to connect. */
export function issuedApplication(
  row: ApplicationRow,
  connections: number,
  password: string,
  { ws, tcp }: PlatformUrls,
): IssuedApplication {
  return {
    ...toApplication(row, connections),
    clientId: row.id,
    username: row.id,
    password,
    urls: { ws, tcp },
  }
}

/** The origins whose pages may connect; null: any. */
export function originsOf({
  anyOrigin,
  origins,
}: {
  anyOrigin: boolean
  origins: string[]
}): string[] | null {
  return anyOrigin ? null : origins
}

function makerOf({ createdBy, createdByKey }: ApplicationRow): Application['createdBy'] {
  if (createdByKey !== null) return { kind: 'apiKey', ...createdByKey }
  return createdBy === null ? null : { kind: 'person', ...createdBy }
}
