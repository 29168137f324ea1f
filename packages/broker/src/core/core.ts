import type { AedesAdapter } from '../aedes/adapter.js'
import { Addresses } from '../fairness/addresses.js'
import { BackPressure, type Publisher } from '../fairness/back-pressure.js'
import { ConnectionShares } from '../fairness/connection-shares.js'
import { DeliveryShares } from '../fairness/delivery-shares.js'
import { GroupRates } from '../fairness/group-rates.js'
import { PartialPackets } from '../fairness/partial-packets.js'
import { RefusalBudgets } from '../fairness/refusal-budgets.js'
import { Scheduler } from '../fairness/scheduler.js'
import { Shares } from '../fairness/shares.js'
import { SubscribeRefusals } from '../fairness/subscribe-refusals.js'
import { TaskQueue } from '../fairness/task-queue.js'
import { WorkAccounts } from '../fairness/work-account.js'
import type { BrokerEvents, BrokerStats } from '../interface/broker.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { Persistence } from '../interface/persistence.js'
import { TypedEmitter } from '../interface/typed-emitter.js'
import type { BrokerLogger } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import { StoreWriter } from '../persistence/store-writer.js'
import type { Policy } from '../policy/policy.js'
import { RetainedScheduler } from '../retained/retained-scheduler.js'
import { RetainedStore } from '../retained/retained-store.js'
import { Retainer, type RetainingClient } from '../retained/retainer.js'
import { Router } from '../routing/router.js'
import { QueueMemory } from '../sessions/queue-memory.js'
import type { Session } from '../sessions/session.js'
import { SessionStore } from '../sessions/session-store.js'
import { Counters } from '../stats/counters.js'
import { EventLoopDelay } from '../stats/event-loop-delay.js'
import { writes } from '../transport/outgoing-queue.js'
import { WillSender } from '../wills/will-sender.js'
import type { LiveConnection } from './live-connection.js'
import { refuseStoredWill, refuseWill } from './will-refusal.js'

/** What the parts of one broker share. */
export class Core<P> {
  readonly limits: BrokerLimits
  readonly policy: Policy<P>
  readonly logger: BrokerLogger
  readonly counters = new Counters()
  readonly scheduler: Scheduler
  readonly router: Router
  readonly sessions: SessionStore
  readonly retained: RetainedStore
  readonly retainer: Retainer<P>
  readonly retainedScheduler = new RetainedScheduler()
  readonly backPressure: BackPressure
  readonly #deliveries: DeliveryShares
  readonly groups: GroupRates
  /** Processor time of the packets of each group and owner. */
  readonly groupWork = new WorkAccounts()
  readonly ownerWork = new WorkAccounts()
  readonly refusals: RefusalBudgets
  readonly addresses: Addresses
  readonly connectionShares: ConnectionShares
  /** Subscriptions, and the memory of sessions. */
  readonly sessionShares: Shares
  readonly memory: QueueMemory
  /** Connects, disconnects and the decisions about them. */
  readonly tasks = new TaskQueue()
  /** Null when nothing survives a restart. */
  readonly writer: StoreWriter | null
  readonly events: TypedEmitter<BrokerEvents<P>>
  /** Every socket, accepted or not. */
  readonly connections = new Set<LiveConnection<P>>()
  /** Authenticated connections by session id. */
  readonly live = new Map<string, LiveConnection<P>>()
  /** The monotonic clock (`performance.now`) as of the last sweep: cheap enough to read for every packet. */
  nowMs = performance.now()
  stopping = false
  readonly #subscribeRefusals = new SubscribeRefusals<P>((refusal) => this.#report(refusal))
  readonly #delay = new EventLoopDelay()
  readonly #partials: PartialPackets
  #aedes: AedesAdapter | null = null
  #wills: WillSender<P> | null = null
  #sweeper: NodeJS.Timeout | null = null
  #sweeps = 0

  constructor(policy: Policy<P>, limits: BrokerLimits, logger: BrokerLogger, persistence?: Persistence) {
    this.policy = policy
    this.limits = limits
    this.logger = logger
    this.scheduler = new Scheduler(limits)
    this.router = new Router(this.scheduler)
    this.backPressure = new BackPressure(limits)
    this.#deliveries = new DeliveryShares(limits, this.backPressure, writes)
    this.groups = new GroupRates(limits)
    this.refusals = new RefusalBudgets(limits)
    this.addresses = new Addresses(limits)
    this.connectionShares = new ConnectionShares(limits)
    const upTo = (bytes: number) => ({ count: Number.POSITIVE_INFINITY, bytes })
    this.sessionShares = new Shares({
      owner: upTo(limits.maxSessionBytesPerOwner),
      group: upTo(limits.maxSessionBytesPerGroup),
      all: upTo(limits.maxSessionBytes),
    })
    this.writer = persistence ? new StoreWriter(persistence, logger) : null
    this.#partials = new PartialPackets(limits.maxPartialBytes)
    this.memory = new QueueMemory(limits.maxTotalQueuedBytes)
    const { router, counters, backPressure, writer, memory, sessionShares: shares } = this
    const services = { router, counters, backPressure, writer, limits, memory, shares }
    this.sessions = new SessionStore(services, limits, logger, (session, will) => {
      void this.wills.sendDelayed(session, will, null)
    })
    this.retained = new RetainedStore(limits)
    this.retainer = new Retainer({ store: this.retained, policy, counters, writer, logger })
    this.events = new TypedEmitter((error, event) =>
      logger.error(
        { event, error: error instanceof Error ? error.message : String(error) },
        'a listener failed',
      ),
    )
  }

  get aedes(): AedesAdapter {
    if (!this.#aedes) throw new Error('the broker is not started')
    return this.#aedes
  }

  get wills(): WillSender<P> {
    if (!this.#wills) throw new Error('the broker is not started')
    return this.#wills
  }

  start(aedes: AedesAdapter): void {
    this.#aedes = aedes
    this.#wills = new WillSender({
      policy: this.policy,
      aedes,
      retain: (message, client) => this.retain(message, client),
      route: (message) => this.route(message),
      refused: (client, topic) => refuseWill(this, client, topic),
      disowned: ({ id }, will) => refuseStoredWill(this, id, will),
      unretained: (client, topic, reason) =>
        this.events.emit('unretained', { client, reason, topic, count: 1 }),
    })
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs)
    this.#delay.start()
  }

  stop(): void {
    if (this.#sweeper) clearInterval(this.#sweeper)
    this.#delay.stop()
  }

  /** Retains a message that is decided, if it has the retain flag. `client` is null for a message of the host. */
  retain(message: Message, client: RetainingClient<P> | null): void {
    if (message.retain) this.retainer.retain(message, client)
  }

  /**
   * Routes a message that is decided. `publisher` is held when a consumer is behind, and when its deliveries cost too much;
   * `session` is the one of the client that published it.
   */
  route(message: Message, publisher: Publisher | null = null, session: Session | null = null): void {
    // While packets are handled, their client is charged for what they cost.
    if (publisher === null || this.scheduler.meter.measuring) this.#deliver(message, publisher, session)
    else this.#deliveries.charge(publisher, () => this.#deliver(message, publisher, session))
  }

  /** Returns what it cost, as an estimate in units. */
  #deliver(message: Message, publisher: Publisher | null, session: Session | null): number {
    const spentBefore = this.scheduler.spent
    const outer = this.backPressure.publisher
    this.backPressure.publisher = publisher
    this.router.route(message, session)
    this.backPressure.publisher = outer
    return this.scheduler.spent - spentBefore
  }

  /** Counts, logs and emits a refusal. */
  refuse(event: BrokerEvents<P>['refused']): void {
    this.counters.refused(event.reason, event.count)
    if (event.stage === 'subscribe') this.#subscribeRefusals.add(event)
    else this.#report(event)
  }

  #report(event: BrokerEvents<P>['refused']): void {
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
      unauthenticatedConnections: this.addresses.unauthenticated,
      sessions: this.sessions.size,
      sessionBytes: this.sessionShares.all.bytes,
      subscriptions: this.router.subscriptions,
      retained: this.retained.count,
      retainedBytes: this.retained.bytes,
      retainedOfClients: this.retained.used,
      unretained: { ...counters.unretainedBy },
      queuedBytes: this.memory.bytes,
      eventLoopDelay: this.#delay.recent,
      workMs: { total: this.scheduler.meter.totalMs, refused: counters.refusedMs },
      waitingClients: this.scheduler.waiting,
      bannedOwners: this.refusals.countBanned(this.nowMs),
      messagesIn: counters.messagesIn,
      messagesOut: counters.messagesOut,
      bytesIn: counters.bytesIn,
      bytesOut,
      dropped: {
        slowConsumer: counters.droppedSlow,
        queueFull: counters.droppedFull,
        refused: counters.droppedRefused,
        tooLarge: counters.droppedLarge,
        expired: counters.expired,
      },
      refusals: { ...counters.refusals },
      disconnects: { ...counters.disconnects },
    }
  }

  // One timer for all connections: deadlines here are seconds, so a quarter of one does not matter.
  #sweep(): void {
    const nowMs = performance.now()
    // After a stall of this process every client looks slow, so a stall counts as two sweeps at most.
    const elapsedMs = Math.min(nowMs - this.nowMs, 2 * sweepMs)
    this.nowMs = nowMs
    this.groups.refill(elapsedMs)
    this.groupWork.decay(elapsedMs)
    this.ownerWork.decay(elapsedMs)
    this.refusals.refill(elapsedMs, nowMs)
    this.addresses.refill(elapsedMs)
    this.connectionShares.refill(elapsedMs)
    this.backPressure.sweep(elapsedMs)
    this.#subscribeRefusals.sweep(elapsedMs)
    for (const connection of this.connections) {
      connection.sweep(nowMs, elapsedMs)
      this.#partials.add(connection)
    }
    this.#partials.enforce()
    this.sessions.expire(nowMs)
    if (++this.#sweeps % sweepsPerMinute !== 0) return
    this.retainer.expire()
    this.#delay.rotate()
  }
}

const sweepMs = 250
const sweepsPerMinute = 60_000 / sweepMs
