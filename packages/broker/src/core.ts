import type { ProtocolHost } from './aedes/host.js'
import type { Connection } from './connection/connection.js'
import { TypedEmitter } from './events.js'
import type { BrokerLimits } from './limits.js'
import type { Message } from './packets/message.js'
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

  constructor(policy: Policy<P>, limits: BrokerLimits, logger: BrokerLogger) {
    this.policy = policy
    this.limits = limits
    this.logger = logger
    this.sessions = new SessionStore(this.router, this.counters, limits)
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

  /** Retains and routes a message that was decided to be forwarded. */
  accept(message: Message): void {
    if (message.retain && !this.retained.set(message)) {
      this.logger.warn({ topic: message.topic }, 'retained messages are full')
    }
    this.router.route(message)
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

  // One timer for all connections: deadlines here are seconds, a quarter of one does not matter.
  #sweep(): void {
    this.nowMs = Date.now()
    for (const connection of this.connections) connection.sweep(this.nowMs)
    if (++this.#sweeps % sweepsPerMinute === 0) this.sessions.expire(this.nowMs)
  }
}

const sweepMs = 250
const sweepsPerMinute = 60_000 / sweepMs
