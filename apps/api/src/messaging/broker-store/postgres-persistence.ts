import type { Change, Persistence, Restore, StoredMessage } from '@heliograph/broker'
import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'
import { storeFailure } from '../../foundation/database/store-error.js'
import { Batch } from './batch.js'
import type { ChangeSet } from './change-set.js'
import { restoreAll } from './restore-all.js'
import { StoreConnection } from './store-connection.js'
import { type SharedMessages, writeChangeSet } from './write-change-set.js'

export interface PostgresPersistenceOptions {
  pool: Pool
  /** Whether the retained message of a topic is kept here; without it, every one is. */
  keepsRetained?(topic: string): boolean
  /** How long the database may fail before the callers that wait are told, and how many bytes may wait. */
  giveUpAfterMs?: number
  giveUpAboveBytes?: number
  onFailure?(error: unknown): void
  onCommitted?(commit: Commit): void
}

/** One transaction that was committed. */
export interface Commit {
  readonly changes: number
  readonly durationMs: number
}

/** A batch with the ids that its shared messages get, the same in each attempt. */
interface NumberedBatch {
  readonly batch: Batch
  readonly shared: SharedMessages
}

/**
 * The broker's store in PostgreSQL, of which one process at a time may have the database's. Changes gather while a
 * transaction runs and are committed together by the next, so load makes transactions larger and not more.
 *
 * While the database is away, a batch is tried again for ever. Its callers are told after a while that it is given up;
 * its changes stay, because they describe what the broker holds in memory, and are no larger than that.
 */
export class PostgresPersistence implements Persistence {
  readonly #options: PostgresPersistenceOptions
  readonly #connection: StoreConnection
  readonly #writer: BatchWriter<NumberedBatch>
  #gathering = new Batch()
  #committing: Batch | null = null
  #failingSinceMs: number | null = null
  #lastMessageId = 0

  constructor(options: PostgresPersistenceOptions) {
    this.#options = options
    this.#connection = new StoreConnection(options.pool)
    this.#writer = new BatchWriter({
      flushIntervalMs: 0,
      take: () => this.#take(),
      write: (numbered) => this.#write(numbered),
      onFailure: (error, { batch }) => this.#onFailure(error, batch),
      onAbandoned: ({ batch }) => batch.giveUp(new Error('the store is closed')),
      onCloseTimeout: () => this.#connection.close(),
    })
  }

  async load(restore: Restore): Promise<void> {
    this.#lastMessageId = await this.#connection.transaction((client) => restoreAll(client, restore))
  }

  /** What is not committed yet. */
  get waiting(): { changes: number; bytes: number } {
    const sets = [this.#gathering.changeSet, ...(this.#committing ? [this.#committing.changeSet] : [])]
    return {
      changes: sets.reduce((sum, { changes }) => sum + changes, 0),
      bytes: sets.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }

  write(changes: readonly Change[]): Promise<void> {
    const batch = this.#gathering
    for (const change of changes) if (this.#keeps(change)) batch.changeSet.add(change)
    const durable = batch.durable()
    if (batch.changeSet.bytes > (this.#options.giveUpAboveBytes ?? defaultGiveUpAboveBytes))
      this.#giveUp(new Error('too much waits for the database'))
    this.#writer.notify()
    return durable
  }

  /** Commits what is left, for at most a moment. */
  async close(): Promise<void> {
    await this.#writer.close(closeTimeoutMs)
  }

  #keeps(change: Change): boolean {
    const { keepsRetained } = this.#options
    if (!keepsRetained) return true
    if (change.kind === 'retained') return keepsRetained(change.message.topic)
    return change.kind !== 'retained_removed' || keepsRetained(change.topic)
  }

  #take(): NumberedBatch | null {
    const batch = this.#gathering
    this.#committing = null
    if (!batch.isWanted) return null
    this.#gathering = new Batch()
    this.#committing = batch
    return { batch, shared: this.#numberShared(batch.changeSet) }
  }

  #numberShared({ receivers }: ChangeSet): SharedMessages {
    const shared = new Map<StoredMessage, number>()
    for (const [message, count] of receivers) if (count > 1) shared.set(message, ++this.#lastMessageId)
    return shared
  }

  /** A transaction whose outcome is unknown is carried out again: writing a change set twice is the same as once. */
  async #write({ batch, shared }: NumberedBatch): Promise<void> {
    const { changeSet } = batch
    if (!changeSet.isEmpty) {
      const startedAt = performance.now()
      await this.#connection.transaction((client) => writeChangeSet(client, changeSet, shared))
      this.#failingSinceMs = null
      this.#options.onCommitted?.({
        changes: changeSet.changes,
        durationMs: performance.now() - startedAt,
      })
    }
    batch.committed()
  }

  #onFailure(error: unknown, batch: Batch): 'retry' | 'discard' {
    this.#options.onFailure?.(error)
    const reason = error instanceof Error ? error : new Error(String(error))
    // Cannot happen while the broker's limits hold; but what can never be stored must not stop all else.
    if (storeFailure(error) === 'data') {
      batch.giveUp(reason)
      return 'discard'
    }
    this.#failingSinceMs ??= performance.now()
    const failingMs = performance.now() - this.#failingSinceMs
    if (failingMs >= (this.#options.giveUpAfterMs ?? defaultGiveUpAfterMs)) this.#giveUp(reason)
    return 'retry'
  }

  /** In the order of the writes: the promise of an older one rejects first. */
  #giveUp(error: Error): void {
    this.#committing?.giveUp(error)
    this.#gathering.giveUp(error)
  }
}

const defaultGiveUpAfterMs = 30_000
const defaultGiveUpAboveBytes = 128 * 1024 * 1024
const closeTimeoutMs = 1_000
