import type { Broker, ClientInfo } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

/** Implemented by parts of the api above messaging that need the broker's events. */
export interface BrokerListener {
  /** Called when the broker has been created, before a client can connect. */
  brokerCreated?(broker: Broker<ConnectionPrincipal>): void
  /** Called when a client is allowed to subscribe to this filter. */
  subscriptionAllowed?(client: ClientInfo<ConnectionPrincipal>, filter: string): void
}

/** Passes the broker's events to the registered listeners. Register before the application has started. */
@Injectable()
export class BrokerListeners {
  private readonly listeners: BrokerListener[] = []

  register(listener: BrokerListener): void {
    this.listeners.push(listener)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    for (const listener of this.listeners) listener.brokerCreated?.(broker)
  }

  subscriptionAllowed(client: ClientInfo<ConnectionPrincipal>, filter: string): void {
    for (const listener of this.listeners) listener.subscriptionAllowed?.(client, filter)
  }
}
