import type { Client } from 'aedes'
import type { Qos } from '../types.js'

/**
 * All that is relied on of aedes 1.2.0 beyond its documented interface. The version is pinned, and
 * `host.contract.spec.ts` shows each of these to be as assumed.
 */
export interface AedesClientInside {
  /** Nothing is written before it is true. */
  connected: boolean
  /** Ends a client that sends no CONNECT. */
  _connectTimer: NodeJS.Timeout | null
  /** What it was granted; only there so that the same filter is not given to the emitter twice. */
  subscriptions: object
  /** Sent on close unless null. */
  will: unknown
}

export interface AedesPacket {
  topic: string
  payload: Buffer | string
  qos: Qos
  retain: boolean
}

export function insideOf(client: Client): AedesClientInside {
  return client as unknown as AedesClientInside
}
