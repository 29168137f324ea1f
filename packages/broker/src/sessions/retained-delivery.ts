import type { Message } from '../packets/message.js'
import type { Qos } from '../types.js'
import type { RetainedStore } from './retained.js'
import type { RetainedTurns, Turn } from './retained-turns.js'
import type { Session } from './session.js'

/**
 * Sends retained messages to new subscriptions of one client: a slice each turn of the event loop, and only as fast as
 * the client takes them, so that a hundred thousand of them neither block the broker nor fill its memory. Each is sent
 * once for a subscription, unless a newer one of its topic has come meanwhile: that went out when it came.
 */
export class RetainedDelivery {
  readonly #session: Session
  readonly #store: RetainedStore
  readonly #turns: RetainedTurns
  readonly #maxBacklogBytes: number
  /** By filter: who subscribes again gets them again [MQTT-3.8.4-3], but does not make a queue of walks. */
  readonly #jobs = new Map<string, Job>()

  constructor(session: Session, store: RetainedStore, turns: RetainedTurns, maxBacklogBytes: number) {
    this.#session = session
    this.#store = store
    this.#turns = turns
    this.#maxBacklogBytes = maxBacklogBytes
  }

  add(filter: string, qos: Qos): void {
    this.#jobs.delete(filter)
    this.#jobs.set(filter, { messages: this.#store.walk(filter), qos })
  }

  /** Goes on, when there is something to send and room for it. Called when either may have changed. */
  pump(): void {
    if (this.#jobs.size > 0) this.#turns.offer(this)
  }

  /** Does what the turn has left for it. True when it could go on at once. */
  slice(turn: Turn): boolean {
    const { link, outbound, subscriptions } = this.#session
    while (turn.left > 0) {
      const [first] = this.#jobs
      if (!first || !link) return false
      if (outbound.queued >= maxQueued || link.out.backlogBytes > this.#maxBacklogBytes) return false
      const [filter, { messages, qos }] = first
      // It was given up meanwhile, or may not be read any more.
      const { value: message, done } = subscriptions.has(filter) ? messages.next() : ended
      turn.left -= message ? messageCost : stepCost
      if (done) this.#jobs.delete(filter)
      else if (message) this.#session.send(message, qos, true, true)
    }
    return true
  }

  stop(): void {
    this.#jobs.clear()
  }
}

interface Job {
  readonly messages: Generator<Message | null>
  readonly qos: Qos
}

const ended = { value: undefined, done: true } as const
const stepCost = 1
const messageCost = 8

/** What comes in between need not wait for long behind retained messages. */
const maxQueued = 64
