import type { Message } from '../messages/message.js'
import type { Grant } from '../routing/grant.js'
import { DeliveryKind } from '../routing/router.js'
import type { Session } from '../sessions/session.js'
import type { RetainedScheduler, StepBudget } from './retained-scheduler.js'
import type { RetainedStore } from './retained-store.js'

/**
 * Sends retained messages to new subscriptions of one client: a slice in each turn of the event loop, and only as fast as
 * the client takes them, so that a hundred thousand of them neither block the broker nor fill its memory. Each is sent
 * once for a subscription, unless a newer message of its topic has come meanwhile, which was sent when it came.
 */
export class RetainedDelivery {
  readonly #session: Session
  readonly #store: RetainedStore
  readonly #scheduler: RetainedScheduler
  readonly #maxBacklogBytes: number
  /** One walk per filter: a repeated subscription starts it again [MQTT-3.8.4-3]. */
  readonly #jobs = new Map<string, Job>()

  constructor(session: Session, store: RetainedStore, scheduler: RetainedScheduler, maxBacklogBytes: number) {
    this.#session = session
    this.#store = store
    this.#scheduler = scheduler
    this.#maxBacklogBytes = maxBacklogBytes
  }

  add(filter: string, grant: Grant): void {
    this.#jobs.delete(filter)
    this.#jobs.set(filter, { messages: null, asOf: this.#store.version, grant })
  }

  /** Continues when there is something to send and room for it. Call it when either may have changed. */
  pump(): void {
    if (this.#jobs.size > 0) this.#scheduler.offer(this)
  }

  /** Sends as many as the budget allows. True when more could be sent at once. */
  sendSome(budget: StepBudget): boolean {
    const { link, outbound, subscriptions } = this.#session
    while (budget.steps > 0) {
      const [first] = this.#jobs
      if (!first || !link) return false
      if (outbound.queued >= maxQueued || link.out.backlogBytes > this.#maxBacklogBytes) return false
      const [filter, job] = first
      job.messages ??= this.#store.walk(filter, job.asOf)
      const { messages, grant } = job
      // The client may have unsubscribed meanwhile, or may not read the filter any more.
      const { value: message, done } = subscriptions.has(filter) ? messages.next() : ended
      budget.steps -= message ? messageCost : stepCost
      if (done) this.#jobs.delete(filter)
      else if (message) this.#session.deliver(message, grant, DeliveryKind.retained)
    }
    return true
  }

  stop(): void {
    this.#jobs.clear()
  }
}

interface Job {
  /** Made when it is its turn: thousands of walks that wait would take more memory than their filters. */
  messages: Generator<Message | null> | null
  /** The version of the store when the client subscribed. */
  readonly asOf: number
  readonly grant: Grant
}

const ended = { value: undefined, done: true } as const
const stepCost = 1
const messageCost = 8

/** Retained messages queued at a time: other messages wait behind these only. */
const maxQueued = 64
