import type { ProtocolHost } from './aedes/host.js'
import type { Connection } from './connection/connection.js'
import { TypedEmitter } from './events.js'
import { Addresses } from './fairness/addresses.js'
import { BackPressure, type Source } from './fairness/back-pressure.js'
import { Pace } from './fairness/pace.js'
import { GroupRates } from './fairness/publish-rate.js'
import type { BrokerLimits } from './limits.js'
import type { Message } from './packets/message.js'
import { Journal } from './persistence/journal.js'
import type { Persistence } from './persistence/persistence.js'
import type { Policy } from './policy/policy.js'
import { Router } from './routing/router.js'
import { RetainedStore } from './sessions/retained.js'
import { SessionStore } from './sessions/session-store.js'
import { Counters } from './stats.js'
import type { BrokerEvents, BrokerLogger, BrokerStats } from './types.js'

/** What the parts of one broker share. */
export class Core<P> {
  readonly limits: BrokerLimits
  readonly policy: Policy<P>
  readonly logger: BrokerLogger
  readonly counters = new Counters()
  readonly router = new Router()
  readonly sessions: SessionStore
  readonly retained: RetainedStore
  readonly pressure: BackPressure
  readonly groups: GroupRates
  readonly addresses: Addresses
  readonly pace = new Pace()
  /** Null when nothing survives a restart. */
  readonly journal: Journal | null
  readonly events: TypedEmitter<BrokerEvents<P>>
  /** Every socket, accepted or not. */
  readonly connections = new Set<Connection<P>>()
  /** Authenticated connections by session id. */
  readonly live = new Map<string, Connection<P>>()
  /** Epoch milliseconds as of the last sweep: cheap enough to read for every packet. */
  nowMs = Date.now()
  stopping = false
  #host: ProtocolHost | null = null
  #sweeper: NodeJS.Timeout | null = null
  #sweeps = 0

  constructor(policy: Policy<P>, limits: BrokerLimits, logger: BrokerLogger, persistence?: Persistence) {
    this.policy = policy
    this.limits = limits
    this.logger = logger
    this.pressure = new BackPressure(limits)
    this.groups = new GroupRates(limits)
    this.addresses = new Addresses(limits)
    this.journal = persistence ? new Journal(persistence, logger) : null
    const { router, counters, pressure, journal } = this
    this.sessions = new SessionStore({ router, counters, pressure, journal, limits }, limits)
    this.retained = new RetainedStore(limits.maxRetainedMessages, limits.maxRetainedBytes)
    this.events = new TypedEmitter((error, event) =>
      logger.error(
        { event, error: error instanceof Error ? error.message : String(error) },
        'a listener failed',
      ),
    )
  }

  get host(): ProtocolHost {
    if (!this.#host) throw new Error('the broker is not started')
    return this.#host
  }

  start(host: ProtocolHost): void {
    this.#host = host
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs)
  }

  stop(): void {
    if (this.#sweeper) clearInterval(this.#sweeper)
  }

  /** Retains and routes a message that was decided to be forwarded. `source` waits when a receiver is behind. */
  accept(message: Message, source: Source | null = null): void {
    if (message.retain) this.#retain(message)
    const before = this.pressure.source
    this.pressure.source = source
    this.router.route(message)
    this.pressure.source = before
  }

  /** Counts, logs and emits a refusal. */
  refuse(event: BrokerEvents<P>['refused']): void {
    this.counters.refused(event.reason)
    const { client: _, ...fields } = event
    this.logger.debug(fields, 'refused')
    this.events.emit('refused', event)
  }

  stats(): BrokerStats {
    const { counters } = this
    let bytesOut = counters.bytesOut
    for (const { out } of this.connections) bytesOut += out.bytesWritten
    return {
      connections: this.live.size,
      sessions: this.sessions.size,
      subscriptions: this.router.subscriptions,
      retained: this.retained.count,
      messagesIn: counters.messagesIn,
      messagesOut: counters.messagesOut,
      bytesIn: counters.bytesIn,
      bytesOut,
      dropped: {
        slowConsumer: counters.droppedSlow,
        queueFull: counters.droppedFull,
        refused: counters.droppedRefused,
      },
      refusals: { ...counters.refusals },
      disconnects: { ...counters.disconnects },
    }
  }

  #retain(message: Message): void {
    const { topic, payloadBytes } = message
    const known = payloadBytes === 0 && this.retained.get(topic) !== null
    if (!this.retained.set(message)) this.logger.warn({ topic }, 'retained messages are full')
    else if (payloadBytes > 0) this.journal?.note({ kind: 'retained', message })
    else if (known) this.journal?.note({ kind: 'retained_removed', topic })
  }

  // One timer for all connections: deadlines here are seconds, a quarter of one does not matter.
  #sweep(): void {
    const nowMs = Date.now()
    // After a stall of our own everybody looks slow: what clients may do in a time is not counted through it.
    const elapsedMs = Math.min(Math.max(nowMs - this.nowMs, 0), 2 * sweepMs)
    this.nowMs = nowMs
    this.groups.refill(elapsedMs)
    this.addresses.refill(elapsedMs)
    this.pressure.sweep(elapsedMs)
    for (const connection of this.connections) connection.sweep(nowMs, elapsedMs)
    if (++this.#sweeps % sweepsPerMinute === 0) this.sessions.expire(this.nowMs)
  }
}

const sweepMs = 250
const sweepsPerMinute = 60_000 / sweepMs
