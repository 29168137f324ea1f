import { randomBytes } from 'node:crypto'
import type { AuthenticateResult } from '../interface/hooks.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { ConnectPacket, Will } from '../packets/connect.js'

export type Accepted<P> = Extract<AuthenticateResult<P>, { ok: true }>

/** On which terms a client is let in: what the host named, and what it gets of what it asked for. */
export interface Terms {
  readonly clientId: string
  readonly account: QuotaAccount
  readonly owner: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
  readonly maxPacketBytes: number
  readonly keepAliveSeconds: number
  /** How long its session outlives the connection. */
  readonly expiryMs: number
  readonly responseInformation: string | undefined
  readonly will: Will | null
}

export function termsOf<P>(connect: ConnectPacket, accepted: Accepted<P>, limits: BrokerLimits): Terms {
  const { owner = '', expiresAt = Number.POSITIVE_INFINITY, responseInformation } = accepted
  return {
    clientId: clientIdOf(connect, accepted),
    account: accountOf(accepted),
    owner,
    expiresAtMs: expiresAt,
    maxPacketBytes: Math.min(accepted.maxPacketBytes ?? Number.POSITIVE_INFINITY, limits.maxPacketBytes),
    keepAliveSeconds: keepAliveOf(connect, limits),
    expiryMs: sessionExpiryMs(askedExpirySeconds(connect), limits),
    responseInformation,
    will: connect.will,
  }
}

/** The session expiry that is granted. All sessions end some time, so that no number here is infinite. */
export function sessionExpiryMs(askedSeconds: number, limits: BrokerLimits): number {
  return Math.min(askedSeconds * 1_000, limits.sessionExpiryMs, longestExpiryMs)
}

/** MQTT 5 takes this many seconds for "never". */
const longestExpiryMs = 0xffffffff * 1_000

/** Before MQTT 5 a session ends with its connection, or stays as long as it may. */
function askedExpirySeconds({ clean, properties }: ConnectPacket): number {
  if (properties) return properties.sessionExpirySeconds
  return clean ? 0 : Number.POSITIVE_INFINITY
}

function clientIdOf<P>({ clientId, properties }: ConnectPacket, accepted: Accepted<P>): string {
  if (clientId !== '') return clientId
  // A client of MQTT 5 must be told an id [MQTT-3.2.2-16].
  return accepted.clientId || (properties ? `auto-${randomBytes(12).toString('hex')}` : '')
}

/** Only MQTT 5 lets a server say that it wants another keep alive [MQTT-3.2.2-21]. */
function keepAliveOf({ keepAliveSeconds, properties }: ConnectPacket, limits: BrokerLimits): number {
  const most = Math.min(Math.floor(limits.maxKeepAliveMs / 1_000), longestKeepAlive)
  if (properties === null || limits.maxKeepAliveMs === Number.POSITIVE_INFINITY) return keepAliveSeconds
  return keepAliveSeconds === 0 ? most : Math.min(keepAliveSeconds, most)
}

const longestKeepAlive = 0xffff

function accountOf<P>({ group = '', owner = '', quotaOwner = owner }: Accepted<P>): QuotaAccount {
  return { owner: quotaOwner, group }
}
