import { type BackPressure, type Behind, Crowd } from '../fairness/back-pressure.js'
import type { Message } from '../packets/message.js'
import { matchedPart } from '../packets/share.js'
import { filterMatches } from '../packets/topic.js'
import { type Journal, SessionJournal } from '../persistence/journal.js'
import type { Router, Subscription } from '../routing/router.js'
import type { Member, SharedGroup } from '../routing/shared-group.js'
import type { Counters } from '../stats.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { Qos } from '../types.js'
import { type Delivery, Outbound, type OutboundLimits } from './outbound.js'

/** What a session needs of the connection that serves it. */
export interface SessionLink {
  readonly out: OutQueue
  /** Bytes the client has taken so far. */
  readonly takenBytes: number
  /** A message could not be sent because the client is too slow or its queue is full. */
  droppedFor(topic: string): void
  /** A message that must not be dropped found the queue full: the client is to be cut off. */
  overwhelmed(): void
}

/** What all sessions of a broker share. */
export interface SessionServices {
  readonly router: Router
  readonly counters: Counters
  readonly pressure: BackPressure
  readonly journal: Journal | null
  readonly limits: OutboundLimits
}

/** The server's side of an MQTT session: subscriptions, messages on their way out, QoS 2 ids on their way in. */
export class Session implements Member, Behind {
  readonly id: string
  readonly outbound: Outbound
  /** Null unless the session survives a restart. */
  journal: SessionJournal | null
  link: SessionLink | null = null
  /** Epoch milliseconds since nobody is connected; 0 while somebody is. */
  offlineSince = 0
  // Made when first asked for: most sessions are of idle clients.
  #inbound: Map<number, 'pending' | 'decided'> | null = null
  #subscriptions: Map<string, Subscription> | null = null
  #stored: boolean
  /** Where packets to the client go; null while nobody is connected, or has no CONNACK yet. */
  openOut: OutQueue | null = null
  #crowd: Crowd | null = null
  readonly #services: SessionServices

  constructor(id: string, stored: boolean, services: SessionServices) {
    this.id = id
    this.#stored = stored
    this.#services = services
    this.journal = stored && services.journal ? new SessionJournal(services.journal, id) : null
    this.outbound = new Outbound(services.limits, stored, this.journal)
  }

  /** Packet ids of QoS 2 messages taken in and not yet released by PUBREL. */
  get inbound(): Map<number, 'pending' | 'decided'> {
    this.#inbound ??= new Map()
    return this.#inbound
  }

  get subscriptions(): Map<string, Subscription> {
    this.#subscriptions ??= new Map()
    return this.#subscriptions
  }

  /** Whether it outlives its connection. */
  get stored(): boolean {
    return this.#stored
  }

  get appetite(): 'room' | 'busy' | 'absent' {
    const out = this.openOut
    if (!out) return 'absent'
    return this.outbound.hasRoom(out) ? 'room' : 'busy'
  }

  get crowded(): boolean {
    return this.outbound.queue.crowded
  }

  get relaxed(): boolean {
    return this.outbound.queue.relaxed
  }

  get packed(): boolean {
    return this.outbound.queue.packed
  }

  get holdMessages(): number {
    return this.outbound.queue.holdMessages
  }

  get holdBytes(): number {
    return this.outbound.queue.holdBytes
  }

  get takenMessages(): number {
    return this.outbound.acknowledgements
  }

  get takenBytes(): number {
    return this.link?.takenBytes ?? 0
  }

  subscribe(filter: string, qos: Qos): void {
    const known = this.subscriptions.get(filter)
    if (known?.qos === qos) return
    if (known) this.#services.router.remove(known)
    this.#add(filter, qos)
    this.journal?.subscribed(filter, qos)
  }

  unsubscribe(filter: string): void {
    const known = this.subscriptions.get(filter)
    if (!known) return
    this.subscriptions.delete(filter)
    this.#services.router.remove(known)
    this.journal?.unsubscribed(filter)
  }

  /** Takes back what the store had. */
  restore(
    offlineSince: number,
    subscriptions: readonly { filter: string; qos: Qos }[],
    inbound: readonly number[],
  ): void {
    this.offlineSince = offlineSince
    for (const { filter, qos } of subscriptions) this.#add(filter, qos)
    for (const packetId of inbound) this.inbound.set(packetId, 'decided')
  }

  /** Forgets queued messages that no subscription asks for any more: their access may be gone with it. */
  purge(): void {
    const filters = Array.from(this.subscriptions.keys(), matchedPart)
    this.outbound.purge((topic) => filters.some((filter) => filterMatches(filter, topic)))
  }

  deliver(message: Message, granted: Qos, alone: boolean): void {
    this.send(message, granted, false, alone)
  }

  deliverShared(message: Message, granted: Qos, group: SharedGroup): void {
    this.send(message, granted, false, true, group)
  }

  /** Sends at the lower of the message's QoS and the granted one. */
  send(
    message: Message,
    granted: Qos,
    retain: boolean,
    alone: boolean,
    group: SharedGroup | null = null,
  ): void {
    const qos = granted < message.qos ? granted : message.qos
    const { link } = this
    if (link === null && qos === 0) return
    const delivery = this.outbound.deliver(this.openOut, message, qos, retain, alone, group)
    if (delivery === 'sent') {
      this.#services.counters.messagesOut++
      return
    }
    this.#countDropped(message, delivery)
    if (link === null) return
    if (delivery === 'queued') {
      this.#crowd ??= new Crowd(this.#services.pressure, this)
      if (qos > 0) this.#crowd.grew(message.costBytes)
      if (qos === 2 && this.journal) this.drain()
    } else if (qos > 0) link.overwhelmed()
  }

  /** From now on messages go out: first those in flight before, then the queue. */
  open(): void {
    const link = this.link
    if (!link) return
    this.openOut = link.out
    this.outbound.resend(link.out)
    this.drain()
  }

  drain(): void {
    const out = this.openOut
    if (!out || this.outbound.queued === 0) return
    this.outbound.drain(
      out,
      (message, delivery) => {
        if (delivery === 'sent') this.#services.counters.messagesOut++
        else this.#countDropped(message, delivery)
      },
      () => this.drain(),
    )
    this.#crowd?.shrank()
    if (this.outbound.queued === 0) this.#crowd = null
  }

  attach(link: SessionLink): void {
    this.link = link
    this.openOut = null
    this.offlineSince = 0
    this.journal?.session(0)
  }

  detach(): void {
    this.link = null
    this.openOut = null
    this.offlineSince = Date.now()
    this.journal?.session(this.offlineSince)
    this.#crowd?.giveUp()
    this.#crowd = null
    this.#passOn((group) => group.hasLiveBeside(this))
  }

  /** Goes on as a clean session: nothing of it is kept beyond its connection. */
  forget(): void {
    this.journal?.removed()
    this.journal = null
    this.#stored = false
    this.outbound.forget()
  }

  /** Takes all its subscriptions out of the router, and itself out of the store. */
  end(): void {
    for (const subscription of this.subscriptions.values()) this.#services.router.remove(subscription)
    this.subscriptions.clear()
    this.#passOn((group) => group.size > 0)
    this.forget()
  }

  #add(filter: string, qos: Qos): void {
    const subscription = { filter, qos, target: this }
    this.subscriptions.set(filter, subscription)
    this.#services.router.add(subscription)
  }

  /** Gives what it had for a group to the others in it. */
  #passOn(movable: (group: SharedGroup) => boolean): void {
    for (const { message, group } of this.outbound.takeShared(movable)) group.deliver(message)
  }

  #countDropped(message: Message, delivery: Delivery): void {
    const { counters } = this.#services
    if (delivery === 'dropped_slow') counters.droppedSlow++
    else if (delivery === 'dropped_full') counters.droppedFull++
    else return
    this.link?.droppedFor(message.topic)
  }
}
