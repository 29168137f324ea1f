import type { BrokerLimits } from '../interface/limits.js'
import type { DisconnectReason } from '../interface/types.js'

/**
 * `opening`: no CONNECT yet. `authenticating`: its CONNECT is being decided. `connecting`: it serves a session, and its
 * CONNACK is being written. `ready`: accepted.
 */
export type ConnectionState = 'opening' | 'authenticating' | 'connecting' | 'ready' | 'ended'

/** The connection, as its deadlines need it. */
export interface WatchedClient {
  readonly state: ConnectionState
  /** A client that is not read cannot keep its keep-alive. */
  readonly throttled: boolean
  /** Bytes the client has taken so far, and bytes that wait for it. */
  readonly takenBytes: number
  readonly out: { readonly backlogBytes: number }
}

/**
 * What one client has to do in time: send its CONNECT, keep its keep-alive, take what it is sent. Times are of the
 * monotonic clock, because the wall clock may be set; only the end of a credential is a date.
 */
export class Deadlines {
  /** Epoch milliseconds at which its credential ends. */
  expiresAtMs = Number.POSITIVE_INFINITY
  keepAliveMs = Number.POSITIVE_INFINITY
  readonly #openedAtMs: number
  #heardAtMs: number
  #takenBytes = 0
  #takenAtMs: number

  constructor(nowMs: number) {
    this.#openedAtMs = nowMs
    this.#heardAtMs = nowMs
    this.#takenAtMs = nowMs
  }

  /** A packet came. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs
  }

  /** The deadline that it has missed, or null. To be asked a few times a second. */
  missed(client: WatchedClient, limits: BrokerLimits, nowMs: number): DisconnectReason | null {
    const { state, throttled, takenBytes } = client
    const { backlogBytes } = client.out
    if (state === 'opening' && nowMs - this.#openedAtMs > limits.connectTimeoutMs) return 'timeout'
    if (Date.now() >= this.expiresAtMs) return 'expired'
    if (throttled) this.#heardAtMs = nowMs
    if (state === 'ready' && nowMs - this.#heardAtMs > this.keepAliveMs) return 'keep_alive'
    if (backlogBytes === 0 || takenBytes > this.#takenBytes) {
      this.#takenBytes = takenBytes
      this.#takenAtMs = nowMs
    }
    const stuck = nowMs - this.#takenAtMs > limits.slowConsumerTimeoutMs
    return stuck || backlogBytes > limits.slowConsumerCutBytes ? 'slow_consumer' : null
  }
}
