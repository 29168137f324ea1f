import type { Broker, BrokerStats } from '@heliograph/broker'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

/** Exports the broker's counters. They are read at each scrape, and cost nothing otherwise. */
export function registerBrokerMetrics(registry: Registry, broker: Broker<ConnectionPrincipal>): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: (stats: BrokerStats) => number) =>
    new Gauge({
      name: `heliograph_mqtt_${name}`,
      help,
      registers,
      collect() {
        this.set(read(broker.stats()))
      },
    })
  const counter = (
    name: string,
    help: string,
    label: string,
    read: (stats: BrokerStats) => Record<string, number>,
  ) =>
    new Counter({
      name: `heliograph_mqtt_${name}_total`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [value, count] of Object.entries(read(broker.stats()))) this.inc({ [label]: value }, count)
      },
    })

  gauge('connections', 'MQTT connections that are up', (stats) => stats.connections)
  gauge(
    'unauthenticated_connections',
    'Sockets of MQTT clients whose CONNECT is not accepted, yet or at all',
    (stats) => stats.unauthenticatedConnections,
  )
  gauge('sessions', 'MQTT sessions, connected or not', (stats) => stats.sessions)
  gauge(
    'session_bytes',
    'Memory of the sessions with their subscriptions, bounded by maxSessionBytes',
    (stats) => stats.sessionBytes,
  )
  gauge('subscriptions', 'MQTT subscriptions', (stats) => stats.subscriptions)
  gauge('retained_messages', 'Retained messages', (stats) => stats.retained)
  gauge('retained_bytes', 'Memory of the retained messages', (stats) => stats.retainedBytes)
  gauge(
    'retained_client_messages',
    'Retained messages of clients, bounded by maxRetainedMessages',
    (stats) => stats.retainedOfClients.messages,
  )
  gauge(
    'retained_client_bytes',
    'Memory of the retained messages of clients, bounded by maxRetainedBytes',
    (stats) => stats.retainedOfClients.bytes,
  )
  gauge(
    'waiting_clients',
    'Clients of which packets wait for a later turn of the event loop',
    (stats) => stats.waitingClients,
  )
  gauge(
    'banned_owners',
    'Devices that may not connect for now, because what they sent was refused',
    (stats) => stats.bannedOwners,
  )
  counter('work_seconds', 'Processor time of received packets', 'outcome', ({ workMs }) => ({
    handled: (workMs.total - workMs.refused) / 1_000,
    refused: workMs.refused / 1_000,
  }))
  gauge('queued_bytes', 'Memory of the messages in the queues of sessions', (stats) => stats.queuedBytes)
  counter('messages', 'MQTT messages', 'direction', (stats) => ({
    in: stats.messagesIn,
    out: stats.messagesOut,
  }))
  counter('bytes', 'MQTT bytes', 'direction', (stats) => ({ in: stats.bytesIn, out: stats.bytesOut }))
  counter('dropped_messages', 'Messages that were not delivered', 'reason', ({ dropped }) => ({
    slow_consumer: dropped.slowConsumer,
    queue_full: dropped.queueFull,
    refused: dropped.refused,
    too_large: dropped.tooLarge,
    expired: dropped.expired,
  }))
  counter(
    'unretained_messages',
    'Messages that were delivered but not retained',
    'reason',
    (stats) => stats.unretained,
  )
  counter('refusals', 'Refused connects, publishes and subscribes', 'reason', (stats) => stats.refusals)
  counter('disconnects', 'Connections that ended', 'reason', (stats) => stats.disconnects)
}
