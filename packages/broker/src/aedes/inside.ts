import type { Aedes, Client } from 'aedes'
import type { Qos } from '../types.js'

/**
 * All that is relied on of aedes 1.2.0 beyond its documented interface. The version is pinned, and
 * `host.contract.spec.ts` shows each of these to be as assumed.
 */
export interface AedesInside {
  /** Called once a client is authenticated, before its CONNACK. */
  registerClient(client: AedesClientInside): void
  /** Called when a registered client closes. */
  unregisterClient(client: AedesClientInside): void
  clients: Record<string, AedesClientInside | undefined>
}

export interface AedesClientInside {
  /** Set in `authenticate`, it is the id from then on. */
  id: string
  closed: boolean
  /** Sent on close unless null or DISCONNECT was handled. */
  will: unknown
}

export interface AedesPacket {
  topic: string
  payload: Buffer | string
  qos: Qos
  retain: boolean
}

export function insideOf(broker: Aedes): AedesInside {
  return broker as unknown as AedesInside
}

export function insideOfClient(client: Client): AedesClientInside {
  return client as unknown as AedesClientInside
}
