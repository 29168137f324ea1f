import { Duplex } from 'node:stream'
import type { Aedes, Client } from 'aedes'
import type { Qos } from '../interface/types.js'

/** The decisions about one client that aedes asks for. */
export interface ClientDecisions {
  /** Decides one filter and, when it is allowed, makes the subscription. */
  grant(filter: string, qos: Qos): boolean
  decideWill(): boolean | Promise<boolean>
}

/** A client of aedes without a connection, through which aedes is asked for one client of this broker after the other. */
export class AskingClient {
  readonly client: Client

  constructor(broker: Aedes) {
    this.client = broker.handle(new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }))
  }

  /** Makes a call to aedes, whose hooks decide with `decisions`. They are asked for within the call. */
  ask<T>(decisions: ClientDecisions, call: (client: Client) => T): T {
    // A hook may end the connection that asks, and its will may lead to another question before this one is answered.
    const outer = decisionsOf.get(this.client)
    decisionsOf.set(this.client, decisions)
    try {
      return call(this.client)
    } finally {
      if (outer) decisionsOf.set(this.client, outer)
      else decisionsOf.delete(this.client)
    }
  }
}

/** For which client of this broker aedes calls a hook; undefined for none. */
export function decisionsFor(client: Client | null): ClientDecisions | undefined {
  return client ? decisionsOf.get(client) : undefined
}

const decisionsOf = new WeakMap<Client, ClientDecisions>()
