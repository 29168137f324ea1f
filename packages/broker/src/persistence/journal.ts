import type { Message } from '../packets/message.js'
import type { BrokerLogger, Qos } from '../types.js'
import type { Change, Persistence } from './persistence.js'

/** Collects the changes of a turn of the event loop, and hands them to the store in one call. */
export class Journal {
  /** Counts changes: one that has grown says that something is to be waited for. */
  noted = 0
  readonly #store: Persistence
  readonly #logger: BrokerLogger
  #open: Batch | null = null
  #last: Batch | null = null
  #unsettled = 0
  #idle: (() => void) | null = null

  constructor(store: Persistence, logger: BrokerLogger) {
    this.#store = store
    this.#logger = logger
  }

  note(change: Change): void {
    this.noted++
    if (!this.#open) {
      this.#open = { changes: [], done: [] }
      this.#last = this.#open
      this.#unsettled++
      setImmediate(() => this.#write())
    }
    this.#open.changes.push(change)
  }

  /** Calls back when everything noted so far is durable, or is known not to become so. */
  settled(done: (durable: boolean) => void): void {
    if (this.#last) this.#last.done.push(done)
    else done(true)
  }

  /** Waits until everything has settled, and closes the store. */
  async close(): Promise<void> {
    if (this.#unsettled > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    await this.#store.close()
  }

  #write(): void {
    const batch = this.#open
    if (!batch) return
    this.#open = null
    this.#handOver(batch.changes).then(
      () => this.#settle(batch, true),
      (error: unknown) => {
        this.#logger.error(
          { error: error instanceof Error ? error.message : String(error), changes: batch.changes.length },
          'the store gave up',
        )
        this.#settle(batch, false)
      },
    )
  }

  // Async, so that a store that throws is one that rejects.
  async #handOver(changes: readonly Change[]): Promise<void> {
    await this.#store.write(changes)
  }

  #settle(batch: Batch, durable: boolean): void {
    if (this.#last === batch) this.#last = null
    this.#unsettled--
    for (const done of batch.done) done(durable)
    if (this.#unsettled === 0) this.#idle?.()
  }
}

/** The journal of one stored session. */
export class SessionJournal {
  readonly #journal: Journal
  readonly #sessionId: string
  readonly #owner: string

  constructor(journal: Journal, sessionId: string, owner: string) {
    this.#journal = journal
    this.#sessionId = sessionId
    this.#owner = owner
  }

  session(offlineSince: number): void {
    this.#journal.note({ kind: 'session', sessionId: this.#sessionId, owner: this.#owner, offlineSince })
  }

  removed(): void {
    this.#journal.note({ kind: 'session_removed', sessionId: this.#sessionId })
  }

  subscribed(filter: string, qos: Qos): void {
    this.#journal.note({ kind: 'subscription', sessionId: this.#sessionId, filter, qos })
  }

  unsubscribed(filter: string): void {
    this.#journal.note({ kind: 'subscription_removed', sessionId: this.#sessionId, filter })
  }

  queued(sequence: number, message: Message, qos: 1 | 2, retain: boolean, packetId: number): void {
    const sessionId = this.#sessionId
    this.#journal.note({
      kind: 'queued',
      sessionId,
      sequence,
      message: message.keep(),
      qos,
      retain,
      packetId,
      released: false,
    })
  }

  sent(sequence: number, packetId: number): void {
    this.#journal.note({ kind: 'sent', sessionId: this.#sessionId, sequence, packetId })
  }

  released(sequence: number): void {
    this.#journal.note({ kind: 'released', sessionId: this.#sessionId, sequence })
  }

  dequeued(sequence: number): void {
    this.#journal.note({ kind: 'dequeued', sessionId: this.#sessionId, sequence })
  }

  inbound(packetId: number): void {
    this.#journal.note({ kind: 'inbound', sessionId: this.#sessionId, packetId })
  }

  inboundRemoved(packetId: number): void {
    this.#journal.note({ kind: 'inbound_removed', sessionId: this.#sessionId, packetId })
  }

  settled(done: (durable: boolean) => void): void {
    this.#journal.settled(done)
  }
}

interface Batch {
  readonly changes: Change[]
  readonly done: ((durable: boolean) => void)[]
}
