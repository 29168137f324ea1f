import { createRequire } from 'node:module'
import type { Client } from 'aedes'
import type { Qos } from '../interface/types.js'

/**
 * Everything of aedes 1.2.0 that this package uses beyond aedes' documented interface. The version is pinned, and
 * `adapter.contract.spec.ts` tests each of these assumptions.
 */
export interface AedesClientInternals {
  /** Nothing is written before it is true. */
  connected: boolean
  /** Ends a client that sends no CONNECT. */
  _connectTimer: NodeJS.Timeout | null
  /** The granted subscriptions; aedes uses them only to give no filter to its emitter twice. */
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

export function internalsOf(client: Client): AedesClientInternals {
  return client as unknown as AedesClientInternals
}

/**
 * Keeps aedes' copy of mqtt-packet from making, with its first packet, a buffer for each of 65,536 numbers and keeping
 * them all. It is looked up from aedes, because the setting must reach the copy that aedes uses.
 */
export function disableNumberCache(): void {
  const requireFromAedes = createRequire(createRequire(import.meta.url).resolve('aedes'))
  const { writeToStream }: { writeToStream: { cacheNumbers: boolean } } = requireFromAedes('mqtt-packet')
  writeToStream.cacheNumbers = false
}
