import type { MqttPrincipal } from '@heliograph/protocol'

interface InOrganization {
  organizationId: number
  organizationSlug: string
}

/** A device's connection. */
export interface DeviceConnection extends InOrganization {
  kind: 'device'
  deviceKey: number
  deviceId: string
  credentialId: string
  mqtt: Extract<MqttPrincipal, { kind: 'device' }>
  /** Compared with the topic of each message, so it is built once. */
  telemetryTopic: string
  /** When its secret stops working, in epoch milliseconds; a rotation moves it. */
  expiresAt: number | null
}

/** A person's or a script's connection, made with a token; it lives no longer than its owner. */
export interface PersonConnection extends InOrganization {
  kind: 'person'
  owner: TokenOwner
  mqtt: Extract<MqttPrincipal, { kind: 'person' }>
}

/** Who speaks on a connection of the broker. */
export type ConnectionPrincipal = DeviceConnection | PersonConnection

/** What a token dies with. */
export type TokenOwner = { kind: 'session'; id: string } | { kind: 'apiKey'; id: string }
