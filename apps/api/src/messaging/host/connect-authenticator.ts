import { randomBytes } from 'node:crypto'
import type { Broker, ConnectRequest } from '@heliograph/broker'
import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { OrganizationQuotas } from '../../identity/organizations/organization-quotas.js'
import {
  type CredentialRefusal,
  CredentialVerifier,
  type Verification,
} from '../../registry/credentials/credential-verifier.js'
import { ApiKeyAuthenticator } from '../api-keys/api-key-authenticator.js'
import { ApplicationAuthenticator } from '../applications/application-authenticator.js'
import { type ConnectResult, refuseConnect } from '../connections/connect-refusal.js'
import { type ConnectionPrincipal, devicePrincipal } from '../connections/connection-principal.js'
import { countsForQuota, LiveConnections } from '../connections/live-connections.js'
import { deviceOwner, deviceSessionId } from '../connections/session-ids.js'
import { TokenAuthenticator } from '../tokens/token-authenticator.js'
import { connectLimits } from './connect-limits.js'
import { deviceLimits } from './device-limits.js'
import { FailedConnects } from './failed-connects.js'

/** Authenticates CONNECTs: of a device by its credential, of an application by its password, of a person or a script by a token or an API key. */
@Injectable()
export class ConnectAuthenticator {
  private readonly logger = new Logger(ConnectAuthenticator.name)
  private readonly maxPacketBytes: number
  private readonly failed: FailedConnects

  constructor(
    private readonly credentials: CredentialVerifier,
    private readonly tokens: TokenAuthenticator,
    private readonly applications: ApplicationAuthenticator,
    private readonly apiKeys: ApiKeyAuthenticator,
    private readonly live: LiveConnections,
    private readonly quotas: OrganizationQuotas,
    @Inject(CONFIG) config: Config,
  ) {
    this.maxPacketBytes = deviceLimits.values(config.limits).packetBytes
    this.failed = new FailedConnects(connectLimits.values(config.limits))
  }

  /** Answers at once when the credential is cached. Never rejects: when the database does not answer, it refuses. */
  authenticate(
    connect: ConnectRequest,
    broker: Broker<ConnectionPrincipal>,
  ): ConnectResult | Promise<ConnectResult> {
    const { remoteAddress: address, username } = connect
    const isKnown = username !== undefined && this.isCached(username)
    const result = this.failed.paced({ address, isKnown }, () => this.identify(connect, broker))
    return result instanceof Promise
      ? result.then((identified) => this.withinQuota(identified))
      : this.withinQuota(result)
  }

  private isCached(username: string): boolean {
    return this.credentials.ownerOf(username) !== null || this.applications.isCached(username)
  }

  private withinQuota(result: ConnectResult): ConnectResult {
    if (!result.ok || !countsForQuota(result.principal)) return result
    const { organizationId } = result.principal
    const most = this.quotas.of(organizationId).connections
    if (this.live.count(organizationId) < most || this.live.takesOver(organizationId, result.sessionId))
      return result
    const detail = `the organization has ${most} connections, and may not have more`
    return refuseConnect('quota', detail)
  }

  private identify(
    connect: ConnectRequest,
    broker: Broker<ConnectionPrincipal>,
  ): ConnectResult | Promise<ConnectResult> {
    const { username, password } = connect
    if (password === undefined || password.length === 0) return refuseConnect('bad_credentials')
    const token = password.toString('utf8')
    if (this.tokens.recognizes(token)) {
      return this.tokens.authenticate(connect, token, broker).catch((error) => this.undecided(error))
    }
    if (this.apiKeys.recognizes(token))
      return this.apiKeys.authenticate(connect, token).catch((error) => this.undecided(error))
    if (username === undefined) return refuseConnect('bad_credentials')
    if (this.applications.recognizes(token)) {
      const result = this.applications.authenticate(connect, username, password)
      return result instanceof Promise ? result.catch((error) => this.undecided(error)) : result
    }
    const verification = this.credentials.verify(username, password)
    if (!(verification instanceof Promise)) return this.decided(connect, verification)
    return verification
      .then((verified) => this.decided(connect, verified))
      .catch((error) => this.undecided(error))
  }

  private decided({ clientId }: ConnectRequest, verification: Verification): ConnectResult {
    const result = deviceResult(clientId, verification)
    return result.ok ? { ...result, maxPacketBytes: this.maxPacketBytes } : result
  }

  private undecided(error: unknown): ConnectResult {
    this.logger.error(`a CONNECT was refused undecided: ${error instanceof Error ? error.message : error}`)
    return refuseConnect('server_unavailable')
  }
}

export function deviceResult(askedClientId: string, verification: Verification): ConnectResult {
  if (!verification.ok) return refusals[verification.reason]
  const { device } = verification
  const clientId = askedClientId === '' ? assignedClientId(device.deviceId) : askedClientId
  if (!mayUseClientId(device.deviceId, clientId)) return refuseConnect('wrong_client_id')
  return {
    ok: true,
    principal: devicePrincipal(device),
    sessionId: deviceSessionId(device.organizationSlug, device.deviceKey, clientId),
    clientId,
    group: device.organizationSlug,
    owner: deviceOwner(device.deviceKey),
    ...(device.expiresAt === null ? {} : { expiresAt: device.expiresAt }),
  }
}

/** For a clean session without a client id of its own, as `mosquitto_pub` asks for one when it is given none. */
function assignedClientId(deviceId: string): string {
  return `${deviceId}:auto-${randomBytes(assignedBytes).toString('hex')}`
}

/**
 * A device's client id is its id, or its id and a suffix: `pump-7` and `pump-7:dashboard`. Its credential names the device, so
 * an id may hold colons itself.
 */
export function mayUseClientId(deviceId: string, clientId: string): boolean {
  if (clientId === deviceId) return true
  return clientId.startsWith(`${deviceId}:`) && /^[\w.:-]{1,64}$/.test(clientId.slice(deviceId.length + 1))
}

/** Enough that two of one device never meet. */
const assignedBytes = 6

const refusals: Record<CredentialRefusal, ConnectResult> = {
  unknown_credential: refuseConnect('bad_credentials'),
  wrong_secret: refuseConnect('bad_credentials'),
  expired: refuseConnect('expired'),
}
