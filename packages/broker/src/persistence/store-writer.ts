import type {
  Change,
  Persistence,
  StoredSessionState,
  StoredSubscription,
  StoredWill,
} from '../interface/persistence.js'
import type { BrokerLogger } from '../interface/types.js'
import type { Message } from '../messages/message.js'

/** Collects the changes of a turn of the event loop, and writes them to the store in one call. */
export class StoreWriter {
  /** Grows with each change, so that a caller can tell whether it recorded any. */
  changeCount = 0
  readonly #store: Persistence
  readonly #logger: BrokerLogger
  #open: Batch | null = null
  #last: Batch | null = null
  #pendingBatches = 0
  #idle: (() => void) | null = null

  constructor(store: Persistence, logger: BrokerLogger) {
    this.#store = store
    this.#logger = logger
  }

  record(change: Change): void {
    this.changeCount++
    if (!this.#open) {
      this.#open = { changes: [], done: [] }
      this.#last = this.#open
      this.#pendingBatches++
      setImmediate(() => this.#write())
    }
    this.#open.changes.push(change)
  }

  /** Calls back when all changes recorded so far are durable, or when the store gave them up. */
  whenDurable(done: (durable: boolean) => void): void {
    if (this.#last) this.#last.done.push(done)
    else done(true)
  }

  /** Waits until every batch is durable or given up, and closes the store. */
  async close(): Promise<void> {
    if (this.#pendingBatches > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    await this.#store.close()
  }

  #write(): void {
    const batch = this.#open
    if (!batch) return
    this.#open = null
    this.#writeBatch(batch.changes).then(
      () => this.#finish(batch, true),
      (error: unknown) => {
        this.#logger.error(
          { error: error instanceof Error ? error.message : String(error), changes: batch.changes.length },
          'the store gave up',
        )
        this.#finish(batch, false)
      },
    )
  }

  // Async, so that an error that the store throws becomes a rejection.
  async #writeBatch(changes: readonly Change[]): Promise<void> {
    await this.#store.write(changes)
  }

  #finish(batch: Batch, durable: boolean): void {
    if (this.#last === batch) this.#last = null
    this.#pendingBatches--
    for (const done of batch.done) done(durable)
    if (this.#pendingBatches === 0) this.#idle?.()
  }
}

/** Records the changes of one stored session. */
export class SessionWriter {
  readonly #writer: StoreWriter
  readonly #sessionId: string

  constructor(writer: StoreWriter, sessionId: string) {
    this.#writer = writer
    this.#sessionId = sessionId
  }

  session({ owner, account, offlineSince, expiryMs }: StoredSessionState): void {
    const sessionId = this.#sessionId
    this.#writer.record({ kind: 'session', sessionId, owner, account, offlineSince, expiryMs })
  }

  removed(): void {
    this.#writer.record({ kind: 'session_removed', sessionId: this.#sessionId })
  }

  subscribed(subscription: StoredSubscription): void {
    this.#writer.record({ kind: 'subscription', sessionId: this.#sessionId, ...subscription })
  }

  unsubscribed(filter: string): void {
    this.#writer.record({ kind: 'subscription_removed', sessionId: this.#sessionId, filter })
  }

  will(will: StoredWill | null): void {
    this.#writer.record({ kind: 'will', sessionId: this.#sessionId, will })
  }

  /** `packetId` is 0 for a message that waits, and not for one that is sent at once. */
  queued({ message, ...entry }: QueuedChange): void {
    const sessionId = this.#sessionId
    this.#writer.record({ kind: 'queued', sessionId, message: message.keep(), released: false, ...entry })
  }

  sent(sequence: number, packetId: number): void {
    this.#writer.record({ kind: 'sent', sessionId: this.#sessionId, sequence, packetId })
  }

  released(sequence: number): void {
    this.#writer.record({ kind: 'released', sessionId: this.#sessionId, sequence })
  }

  dequeued(sequence: number): void {
    this.#writer.record({ kind: 'dequeued', sessionId: this.#sessionId, sequence })
  }

  inbound(packetId: number): void {
    this.#writer.record({ kind: 'inbound', sessionId: this.#sessionId, packetId })
  }

  inboundRemoved(packetId: number): void {
    this.#writer.record({ kind: 'inbound_removed', sessionId: this.#sessionId, packetId })
  }

  whenDurable(done: (durable: boolean) => void): void {
    this.#writer.whenDurable(done)
  }
}

export interface QueuedChange {
  sequence: number
  message: Message
  qos: 1 | 2
  retain: boolean
  identifiers: readonly number[]
  packetId: number
}

interface Batch {
  readonly changes: Change[]
  readonly done: ((durable: boolean) => void)[]
}
