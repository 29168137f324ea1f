import type { ClientInfo } from '@heliograph/broker'
import { type MqttPrincipal, telemetry } from '@heliograph/protocol'
import type { VerifiedApplication } from '../../registry/applications/verified-application.js'
import type { VerifiedDevice } from '../../registry/credentials/verified-device.js'

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
  /** Built once, because every message's topic is compared with it. */
  telemetryTopic: string
  /** When its secret stops working, in epoch milliseconds; a rotation of the credential changes it. */
  expiresAt: number | null
}

/** A person's or a script's connection, made with a token. It ends with the token's owner. */
export interface PersonConnection extends InOrganization {
  kind: 'person'
  owner: TokenOwner
  /** The person signed in, or behind the API key; null for a key whose maker an old version did not record. */
  userId: string | null
  /** It reads only devices with at least one of these tags; null: all devices. */
  tags: readonly string[] | null
  /** Epoch milliseconds of just before its rights were read. */
  authenticatedAtMs: number
  mqtt: Extract<MqttPrincipal, { kind: 'person' }>
}

/** An application's connection. */
export interface ApplicationConnection extends InOrganization {
  kind: 'application'
  applicationId: string
  /** The origin that the client named; null: none, so it is no web page. */
  origin: string | null
  /** Epoch milliseconds of just before its rights were read. */
  authenticatedAtMs: number
  /** When its password stops working, in epoch milliseconds; a rotation changes it. */
  expiresAt: number | null
  mqtt: Extract<MqttPrincipal, { kind: 'application' }>
}

/** The authenticated client of an MQTT connection. */
export type ConnectionPrincipal = DeviceConnection | PersonConnection | ApplicationConnection

/** The connected client of a device. */
export type DeviceClient = ClientInfo<DeviceConnection>

export function isDeviceClient(client: ClientInfo<ConnectionPrincipal>): client is DeviceClient {
  return client.principal.kind === 'device'
}

/** What a token was made with. It ends with it. */
export type TokenOwner = { kind: 'session'; id: string } | { kind: 'apiKey'; id: string }

export function applicationPrincipal(
  application: VerifiedApplication,
  { origin, authenticatedAtMs }: Pick<ApplicationConnection, 'origin' | 'authenticatedAtMs'>,
): ApplicationConnection {
  const { organizationId, organizationSlug, applicationId, subscribe, publish, expiresAt } = application
  return {
    kind: 'application',
    organizationId,
    organizationSlug,
    applicationId,
    origin,
    authenticatedAtMs,
    expiresAt,
    mqtt: { kind: 'application', org: organizationSlug, subscribe, publish },
  }
}

export function devicePrincipal(device: VerifiedDevice): ConnectionPrincipal {
  const { organizationId, organizationSlug, deviceKey, deviceId, credentialId, expiresAt } = device
  const address = { org: organizationSlug, device: deviceId }
  return {
    kind: 'device',
    organizationId,
    organizationSlug,
    deviceKey,
    deviceId,
    credentialId,
    expiresAt,
    mqtt: { kind: 'device', ...address },
    telemetryTopic: telemetry.topic(address),
  }
}
