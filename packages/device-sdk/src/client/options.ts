import type { LinkOptions } from '../connection/access.js'
import type { ClientOptions } from './client.js'
import type { BufferLimits } from './offline-buffer.js'

/** Options of every connection. The defaults fit most programs. */
export interface CommonOptions {
  /** Limits of the offline buffer, which drops its oldest messages. 10,000 messages and 8 MiB by default. */
  offlineBuffer?: Partial<BufferLimits>
  keepAliveSeconds?: number
  /** How often a ping measures the round trip and looks for a dead connection. */
  pingIntervalMs?: number
  pingTimeoutMs?: number
  connectTimeoutMs?: number
  /** Bounds of the delay between attempts, which is random below its bound (full jitter). */
  backoff?: { baseMs?: number; maximumMs?: number }
  /** The state changes from `reconnecting` to `offline` after this long, 20 s by default. */
  offlineAfterMs?: number
}

export interface Defaults {
  keepAliveSeconds: number
  pingIntervalMs: number
  backoffMaximumMs: number
  refusalIsFinal: boolean
}

export function clientOptions(
  options: CommonOptions,
  defaults: Defaults,
  link: Pick<LinkOptions, 'clean' | 'ca'>,
): ClientOptions {
  return {
    link: {
      ...link,
      keepAliveSeconds: options.keepAliveSeconds ?? defaults.keepAliveSeconds,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    },
    backoff: {
      baseMs: options.backoff?.baseMs ?? 1_000,
      maximumMs: options.backoff?.maximumMs ?? defaults.backoffMaximumMs,
    },
    pingIntervalMs: options.pingIntervalMs ?? defaults.pingIntervalMs,
    pingTimeoutMs: options.pingTimeoutMs ?? 10_000,
    refusalIsFinal: defaults.refusalIsFinal,
    offlineAfterMs: options.offlineAfterMs ?? 20_000,
    offlineBuffer: { maxMessages: 10_000, maxBytes: 8 * 1_024 * 1_024, ...options.offlineBuffer },
  }
}
