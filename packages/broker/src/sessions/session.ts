import type { Message } from '../packets/message.js'
import { filterMatches } from '../packets/topic.js'
import type { Router, Subscription, Target } from '../routing/router.js'
import type { Counters } from '../stats.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { Qos } from '../types.js'
import { Outbound, type OutboundLimits } from './outbound.js'

/** What a session needs of the connection that serves it. */
export interface SessionLink {
  readonly out: OutQueue
  /** A message could not be sent because the client is too slow or its queue is full. */
  droppedFor(topic: string): void
}

/** The server's side of an MQTT session: subscriptions, messages on their way out, QoS 2 ids on their way in. */
export class Session implements Target {
  readonly id: string
  /** Packet ids of QoS 2 messages taken in and not yet released by PUBREL. */
  readonly inbound = new Map<number, 'pending' | 'decided'>()
  readonly subscriptions = new Map<string, Subscription>()
  readonly outbound: Outbound
  /** Whether it outlives its connection. */
  stored: boolean
  link: SessionLink | null = null
  /** Epoch milliseconds since nobody is connected; 0 while somebody is. */
  offlineSince = 0
  /** True once the client has its CONNACK: nothing may be sent before. */
  #open = false
  readonly #router: Router
  readonly #counters: Counters

  constructor(id: string, stored: boolean, router: Router, counters: Counters, limits: OutboundLimits) {
    this.id = id
    this.stored = stored
    this.#router = router
    this.#counters = counters
    this.outbound = new Outbound(limits)
  }

  subscribe(filter: string, qos: Qos): void {
    const known = this.subscriptions.get(filter)
    if (known?.qos === qos) return
    if (known) this.#router.remove(known)
    const subscription = { filter, qos, target: this }
    this.subscriptions.set(filter, subscription)
    this.#router.add(subscription)
  }

  unsubscribe(filter: string): void {
    const known = this.subscriptions.get(filter)
    if (!known) return
    this.subscriptions.delete(filter)
    this.#router.remove(known)
  }

  /** Forgets queued messages that no subscription asks for any more: their access may be gone with it. */
  purge(): void {
    const filters = [...this.subscriptions.keys()]
    this.outbound.purge((topic) => filters.some((filter) => filterMatches(filter, topic)))
  }

  deliver(message: Message, granted: Qos, alone: boolean): void {
    this.send(message, granted, false, alone)
  }

  /** Sends at the lower of the message's QoS and the granted one. */
  send(message: Message, granted: Qos, retain: boolean, alone: boolean): void {
    const qos = Math.min(message.qos, granted) as Qos
    const link = this.link
    if (!link && qos === 0) return
    const out = link && this.#open ? link.out : null
    this.#count(message, this.outbound.deliver(out, message, qos, retain, alone, this.stored))
  }

  /** From now on messages go out: first those in flight before, then the queue. */
  open(): void {
    const link = this.link
    if (!link) return
    this.#open = true
    this.outbound.resend(link.out)
    this.drain()
  }

  drain(): void {
    const link = this.link
    if (!link || !this.#open || this.outbound.queued === 0) return
    this.outbound.drain(link.out, this.stored, (message, delivery) => this.#count(message, delivery))
  }

  attach(link: SessionLink): void {
    this.link = link
    this.#open = false
    this.offlineSince = 0
  }

  detach(): void {
    this.link = null
    this.#open = false
    this.offlineSince = Date.now()
  }

  /** Takes all its subscriptions out of the router. */
  end(): void {
    for (const subscription of this.subscriptions.values()) this.#router.remove(subscription)
    this.subscriptions.clear()
  }

  #count(message: Message, delivery: 'sent' | 'queued' | 'dropped_slow' | 'dropped_full'): void {
    if (delivery === 'sent') this.#counters.messagesOut++
    else if (delivery === 'dropped_slow') this.#counters.droppedSlow++
    else if (delivery === 'dropped_full') this.#counters.droppedFull++
    if (delivery === 'dropped_slow' || delivery === 'dropped_full') this.link?.droppedFor(message.topic)
  }
}
