import type { Broker, ClientInfo } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

/** A part of the api that messaging does not know, and that follows what happens in the broker. */
export interface BrokerObserver {
  /** The broker has been made, and no client can have connected yet. */
  brokerCreated?(broker: Broker<ConnectionPrincipal>): void
  /** A client may subscribe to this filter. */
  subscriptionAllowed?(client: ClientInfo<ConnectionPrincipal>, filter: string): void
}

/** The observers of the broker. They register before the application has started. */
@Injectable()
export class BrokerObservers {
  private readonly observers: BrokerObserver[] = []

  register(observer: BrokerObserver): void {
    this.observers.push(observer)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    for (const observer of this.observers) observer.brokerCreated?.(broker)
  }

  subscriptionAllowed(client: ClientInfo<ConnectionPrincipal>, filter: string): void {
    for (const observer of this.observers) observer.subscriptionAllowed?.(client, filter)
  }
}
