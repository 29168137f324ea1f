import type { BrokerLimits } from '../limits.js'
import type { DisconnectReason } from '../types.js'
import type { ConnectionState } from './connection.js'

/** The connection, as its deadlines need it. */
export interface Awaited {
  readonly state: ConnectionState
  /** Whom we do not read we cannot hear. */
  readonly throttled: boolean
  /** Bytes the client has taken so far, and those that wait for it to do so. */
  readonly takenBytes: number
  readonly backlogBytes: number
}

/** What one client has to do in time: send its CONNECT, be heard of, take what it is sent. */
export class Deadlines {
  /** Epoch milliseconds at which its credential ends. */
  expiresAtMs = Number.POSITIVE_INFINITY
  keepAliveMs = Number.POSITIVE_INFINITY
  readonly #openedAtMs: number
  #heardMs: number
  #takenBytes = 0
  #takenSinceMs: number

  constructor(nowMs: number) {
    this.#openedAtMs = nowMs
    this.#heardMs = nowMs
    this.#takenSinceMs = nowMs
  }

  /** A packet came. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs
  }

  /** What it has missed, if anything; to be asked a few times a second. */
  missed(client: Awaited, limits: BrokerLimits, nowMs: number): DisconnectReason | null {
    const { state, throttled, takenBytes, backlogBytes } = client
    if (state === 'opening' && nowMs - this.#openedAtMs > limits.connectTimeoutMs) return 'timeout'
    if (nowMs >= this.expiresAtMs) return 'expired'
    if (throttled) this.#heardMs = nowMs
    if (state === 'ready' && nowMs - this.#heardMs > this.keepAliveMs) return 'keep_alive'
    if (backlogBytes === 0 || takenBytes > this.#takenBytes) {
      this.#takenBytes = takenBytes
      this.#takenSinceMs = nowMs
    }
    const stuck = nowMs - this.#takenSinceMs > limits.slowConsumerTimeoutMs
    return stuck || backlogBytes > limits.slowConsumerCutBytes ? 'slow_consumer' : null
  }
}
