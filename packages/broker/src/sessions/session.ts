import { type Consumer, PublisherHold, type QueueLevel } from '../fairness/back-pressure.js'
import type { QuotaAccount, StoredSession } from '../interface/persistence.js'
import type { Message } from '../messages/message.js'
import { matchedPart } from '../packets/shared-subscription.js'
import { filterMatches } from '../packets/topic.js'
import { SessionWriter } from '../persistence/store-writer.js'
import type { Grant } from '../routing/grant.js'
import { DeliveryKind, type Subscription } from '../routing/router.js'
import type { Member, Readiness, SharedGroup } from '../routing/shared-group.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { Delivery } from './delivery.js'
import { Outbound } from './outbound.js'
import type { SessionLink, SessionServices } from './session-services.js'
import { SessionUsage } from './session-usage.js'
import type { SessionWill } from './session-will.js'
import { grantOf, storedSubscription } from './stored-grant.js'

export interface SessionOptions {
  id: string
  /** How long it outlives its connection; 0 when it ends with it (clean session 1). */
  expiryMs: number
  owner?: string
  account?: QuotaAccount
}

/** The server's side of an MQTT session: subscriptions, outbound messages, ids of inbound QoS 2 messages. */
export class Session implements Member, Consumer {
  readonly id: string
  /** Its owner, as the host named it; empty when it named none. */
  readonly owner: string
  readonly outbound: Outbound
  readonly usage: SessionUsage
  /** Null unless the session survives a restart. */
  writer: SessionWriter | null
  link: SessionLink | null = null
  /** Time of the monotonic clock since which no client is connected. Of no meaning while one is. */
  offlineSinceMs = 0
  /** How long it outlives its connection. 0: it ends with it. */
  expiryMs: number
  #will: SessionWill | null = null
  // Made when first used: most sessions are of idle clients.
  #inbound: Map<number, 'pending' | 'decided'> | null = null
  #subscriptions: Map<string, Subscription> | null = null
  /** Where packets to the client go; null while no client is connected, or it has no CONNACK yet. */
  openOut: OutgoingQueue | null = null
  /** There while messages are queued for a connected client. */
  #publisherHold: PublisherHold | null = null
  readonly #services: SessionServices

  constructor(services: SessionServices, { id, expiryMs, owner = '', account = nobody }: SessionOptions) {
    const stored = expiryMs > 0
    this.id = id
    this.owner = owner
    this.expiryMs = expiryMs
    this.usage = new SessionUsage(services.shares, account)
    this.#services = services
    this.writer = stored && services.writer ? new SessionWriter(services.writer, id) : null
    this.outbound = new Outbound(services.limits, { stored, writer: this.writer, memory: services.memory })
  }

  /** Packet ids of received QoS 2 messages that PUBREL has not released yet. */
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
    return this.expiryMs > 0
  }

  /** What is sent when its time has come, or the session ends before; null for nothing. */
  get will(): SessionWill | null {
    return this.#will
  }

  set will(will: SessionWill | null) {
    if (will === this.#will) return
    if (this.#will) this.usage.willRemoved(this.#will.stored)
    if (will) this.usage.willAdded(will.stored)
    this.#will = will
    this.writer?.will(will?.stored ?? null)
  }

  /** When it ends, or its will is due. Of no meaning while a client is connected. */
  get dueAtMs(): number {
    return Math.min(this.expiresAtMs, this.willDueAtMs)
  }

  get expiresAtMs(): number {
    return this.offlineSinceMs + this.expiryMs
  }

  get willDueAtMs(): number {
    return this.#will
      ? this.offlineSinceMs + this.#will.stored.delaySeconds * 1_000
      : Number.POSITIVE_INFINITY
  }

  get account(): QuotaAccount {
    return this.usage.account
  }

  get readiness(): Readiness {
    const out = this.openOut
    if (!out) return 'offline'
    return this.outbound.hasRoom(out) ? 'ready' : 'busy'
  }

  get queueLevel(): QueueLevel {
    return this.outbound.queue.level
  }

  get takenMessages(): number {
    return this.outbound.acknowledgements
  }

  get takenBytes(): number {
    return this.link?.takenBytes ?? 0
  }

  subscribe(filter: string, grant: Grant): void {
    const known = this.subscriptions.get(filter)
    if (known?.grant.equals(grant)) return
    if (known) this.#services.router.remove(known)
    else this.usage.subscribed(filter)
    this.#add(filter, grant)
    this.writer?.subscribed(storedSubscription(filter, grant))
  }

  /** False when there was no such subscription. */
  unsubscribe(filter: string): boolean {
    const known = this.subscriptions.get(filter)
    if (!known) return false
    this.subscriptions.delete(filter)
    this.#services.router.remove(known)
    this.usage.unsubscribed(filter)
    this.writer?.unsubscribed(filter)
    return true
  }

  /** Restores what the store has of it, except its messages. */
  restore({ offlineSince, subscriptions, inbound }: StoredSession, will: SessionWill | null): void {
    // A wall clock that was set back while the broker did not run makes no time pass.
    const offlineMs = offlineSince > 0 ? Math.max(0, Date.now() - offlineSince) : 0
    this.offlineSinceMs = performance.now() - offlineMs
    for (const stored of subscriptions) {
      const { filter } = stored
      this.usage.subscribed(filter)
      this.#add(filter, grantOf(stored))
    }
    for (const packetId of inbound) this.inbound.set(packetId, 'decided')
    this.#will = will
    if (will) this.usage.willAdded(will.stored)
  }

  /** Forgets messages that no subscription asks for any more, as the client may not be allowed to read them. */
  purge(): void {
    const filters = Array.from(this.subscriptions.keys(), matchedPart)
    this.outbound.purge((topic) => filters.some((filter) => filterMatches(filter, topic)))
  }

  deliverShared(message: Message, grant: Grant, group: SharedGroup): void {
    this.deliver(message, grant, DeliveryKind.single, group)
  }

  /** Delivers with the lower of the message's QoS and the granted one. */
  deliver(message: Message, grant: Grant, kind: DeliveryKind, group: SharedGroup | null = null): void {
    const qos = grant.qosFor(message.qos)
    const { link } = this
    if (link === null && qos === 0) return
    const delivery = this.outbound.deliver(this.openOut, message, grant, kind, group)
    if (delivery === 'sent') {
      this.#services.counters.messagesOut++
      return
    }
    this.#countDropped(message, delivery)
    if (link === null) return
    if (delivery === 'queued') {
      this.#publisherHold ??= new PublisherHold(this.#services.backPressure, this)
      if (qos > 0) this.#publisherHold.queueGrew(message.costBytes)
      if (qos === 2 && this.writer) this.drain()
    } else if (qos > 0 && delivery === 'dropped_full') link.queueOverflowed()
  }

  /** Begins to send: first the messages that were in flight before, then the queue. */
  open(): void {
    const link = this.link
    if (!link) return
    this.openOut = link.out
    this.outbound.resend(link.out)
    this.drain()
  }

  drain(): void {
    const out = this.openOut
    if (!out || !this.outbound.waits) return
    this.outbound.drain(
      out,
      (message, delivery) => {
        if (delivery === 'sent') this.#services.counters.messagesOut++
        else this.#countDropped(message, delivery)
      },
      () => this.drain(),
    )
    this.#publisherHold?.queueShrank()
    if (this.outbound.queued === 0) this.#publisherHold = null
  }

  attach(link: SessionLink): void {
    this.link = link
    this.openOut = null
    this.#recordState(0)
  }

  detach(): void {
    this.link = null
    this.openOut = null
    this.offlineSinceMs = performance.now()
    this.#recordState(Date.now())
    this.#publisherHold?.timeOut()
    this.#publisherHold = null
    this.#passOn((group) => group.hasOtherConnected(this))
  }

  /** Continues as a clean session: nothing of it outlives its connection. */
  forget(): void {
    this.writer?.removed()
    this.writer = null
    this.expiryMs = 0
    this.outbound.forget()
  }

  /** Removes its subscriptions from the router, and itself from the store. */
  end(): void {
    for (const subscription of this.subscriptions.values()) this.#services.router.remove(subscription)
    this.#will = null
    this.usage.end()
    this.subscriptions.clear()
    this.#passOn((group) => group.size > 0)
    this.forget()
    this.outbound.end()
  }

  #add(filter: string, grant: Grant): void {
    const subscription = { filter, grant, target: this }
    this.subscriptions.set(filter, subscription)
    this.#services.router.add(subscription)
  }

  #recordState(offlineSince: number): void {
    const { owner, account, expiryMs } = this
    this.writer?.session({ owner, account, offlineSince, expiryMs })
  }

  /** Gives the messages that it had for a group to the other members. */
  #passOn(movable: (group: SharedGroup) => boolean): void {
    for (const { message, group } of this.outbound.takeShared(movable)) group.deliver(message)
  }

  #countDropped(message: Message, delivery: Delivery): void {
    const { counters } = this.#services
    if (delivery === 'dropped_slow') counters.droppedSlow++
    else if (delivery === 'dropped_full') counters.droppedFull++
    else {
      if (delivery === 'dropped_large') counters.droppedLarge++
      else if (delivery === 'expired') counters.expired++
      return
    }
    this.link?.dropped(message.topic)
  }
}

const nobody: QuotaAccount = { owner: '', group: '' }
