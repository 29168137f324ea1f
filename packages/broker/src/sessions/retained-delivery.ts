import type { Message } from '../packets/message.js'
import type { Qos } from '../types.js'
import type { RetainedStore } from './retained.js'
import type { Session } from './session.js'

/**
 * Sends retained messages to a new subscription: a slice each turn of the event loop, and only as fast as the client
 * takes them, so that a hundred thousand of them neither block the broker nor fill its memory.
 */
export class RetainedDelivery {
  readonly #session: Session
  readonly #store: RetainedStore
  readonly #maxBacklogBytes: number
  readonly #jobs: { messages: Generator<Message>; qos: Qos }[] = []
  #scheduled = false

  constructor(session: Session, store: RetainedStore, maxBacklogBytes: number) {
    this.#session = session
    this.#store = store
    this.#maxBacklogBytes = maxBacklogBytes
  }

  add(filter: string, qos: Qos): void {
    this.#jobs.push({ messages: this.#store.match(filter), qos })
  }

  /** Goes on, when there is something to send and room for it. Called when either may have changed. */
  pump(): void {
    for (let count = 0; count < messagesPerTurn; count++) {
      const job = this.#jobs[0]
      const link = this.#session.link
      if (!job || !link) return
      if (this.#session.outbound.queued >= maxQueued || link.out.backlogBytes > this.#maxBacklogBytes) return
      const { value: message, done } = job.messages.next()
      if (done) this.#jobs.shift()
      else this.#session.send(message, job.qos, true, true)
    }
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.pump()
    })
  }

  stop(): void {
    this.#jobs.length = 0
  }
}

const messagesPerTurn = 500

/** What comes in between need not wait for long behind retained messages. */
const maxQueued = 64
