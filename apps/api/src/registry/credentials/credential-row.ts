import { type Credential, deviceChannels, type IssuedCredential } from '@heliograph/protocol'
import type { PlatformUrls } from '../../foundation/addresses/addresses.js'
import type { Device, Credential as Row } from '../../foundation/database/generated/client.js'
import type { Principal } from '../../foundation/principal/principal.js'

/** Converts a new or rotated credential to the answer of the REST interface, with its secret. */
export function issuedCredential(
  principal: Principal,
  device: Device,
  row: Row,
  secret: string,
  urls: PlatformUrls,
): IssuedCredential {
  const parameters = { org: principal.organizationSlug, device: device.id }
  const { telemetry, events, reported, desired, command, reply, presence, notices } = deviceChannels
  return {
    ...identity(device, row),
    password: secret,
    urls: { ws: urls.ws, tcp: urls.tcp },
    topics: {
      telemetry: telemetry.topic(parameters),
      events: events.topic(parameters),
      reported: reported.topic(parameters),
      desired: desired.topic(parameters),
      command: command.filter(parameters),
      reply: reply.filter(parameters),
      presence: presence.topic(parameters),
      notices: notices.topic(parameters),
    },
  }
}

/** Converts a row to the credential of the REST interface. */
export function toCredential(device: Device, row: Row): Credential {
  const overlapping =
    row.previousSecretExpiresAt !== null && row.previousSecretExpiresAt.getTime() > Date.now()
  return {
    ...identity(device, row),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    rotatedAt: row.rotatedAt?.toISOString() ?? null,
    previousSecretExpiresAt: overlapping ? (row.previousSecretExpiresAt?.toISOString() ?? null) : null,
  }
}

function identity(device: Device, row: Row) {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    clientId: device.id,
    username: row.id,
  }
}
