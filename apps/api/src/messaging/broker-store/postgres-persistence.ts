import { setTimeout as sleep } from 'node:timers/promises'
import type { Change, Persistence, Restore, StoredMessage } from '@heliograph/broker'
import type { Pool } from 'pg'
import { storeFailure } from '../../foundation/database/store-error.js'
import { Batch } from './batch.js'
import type { Draft } from './draft.js'
import { restoreAll } from './restore-all.js'
import { StoreConnection } from './store-connection.js'
import { writeDraft } from './write-draft.js'

export interface PostgresPersistenceOptions {
  pool: Pool
  /** Whether the retained message of a topic is kept here; without it, every one is. */
  keepsRetained?(topic: string): boolean
  /** For how long writes wait for a database that fails, and how much may wait, before publishers are told. */
  patienceMs?: number
  patienceBytes?: number
  onFailure?(error: unknown): void
  onCommitted?(commit: Commit): void
}

/** One transaction that was committed. */
export interface Commit {
  readonly changes: number
  readonly durationMs: number
}

/**
 * The broker's store in PostgreSQL, of which one process at a time may have the database's. Changes gather while a
 * transaction runs and are committed together by the next, so load makes transactions larger and not more.
 *
 * A database that is away is tried again for ever. Whoever waits is told after a while that it gave up; the changes
 * stay all the same: what the broker holds is what will be stored, and is no more than the broker holds itself.
 */
export class PostgresPersistence implements Persistence {
  readonly #options: PostgresPersistenceOptions
  readonly #connection: StoreConnection
  readonly #abort = new AbortController()
  #gathering = new Batch()
  #committing: Batch | null = null
  #running: Promise<void> | null = null
  #failingSince = 0
  #lastMessageId = 0

  constructor(options: PostgresPersistenceOptions) {
    this.#options = options
    this.#connection = new StoreConnection(options.pool)
  }

  async load(restore: Restore): Promise<void> {
    this.#lastMessageId = await this.#connection.transaction((client) => restoreAll(client, restore))
  }

  /** What is not committed yet. */
  get waiting(): { changes: number; bytes: number } {
    const drafts = [this.#gathering.draft, ...(this.#committing ? [this.#committing.draft] : [])]
    return {
      changes: drafts.reduce((sum, { changes }) => sum + changes, 0),
      bytes: drafts.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }

  write(changes: readonly Change[]): Promise<void> {
    const batch = this.#gathering
    for (const change of changes) if (this.#keeps(change)) batch.draft.add(change)
    const settled = batch.settled()
    if (batch.draft.bytes > (this.#options.patienceBytes ?? defaultPatienceBytes))
      this.#giveUp(new Error('too much waits for the database'))
    this.#running ??= this.#drain()
    return settled
  }

  /** Commits what is left, at most for a moment. */
  async close(): Promise<void> {
    const impatience = setTimeout(() => this.#stop(), closeTimeoutMs)
    await this.#running
    clearTimeout(impatience)
    this.#stop()
  }

  #keeps(change: Change): boolean {
    const { keepsRetained } = this.#options
    if (!keepsRetained) return true
    if (change.kind === 'retained') return keepsRetained(change.message.topic)
    return change.kind !== 'retained_removed' || keepsRetained(change.topic)
  }

  async #drain(): Promise<void> {
    for (let batch = this.#take(); batch; batch = this.#take()) {
      this.#committing = batch
      await this.#commit(batch)
      this.#committing = null
    }
    // In the same turn as the check above: a change that comes from here on starts a run of its own.
    this.#running = null
  }

  #take(): Batch | null {
    const batch = this.#gathering
    if (!batch.isWanted) return null
    this.#gathering = new Batch()
    return batch
  }

  /** Tries until the batch is committed. Its outcome may be unknown before that: it can be committed twice. */
  async #commit(batch: Batch): Promise<void> {
    if (batch.draft.isEmpty) return batch.done()
    const shared = this.#numberShared(batch.draft)
    for (let attempt = 1; !this.#abort.signal.aborted; attempt++) {
      const startedAt = performance.now()
      try {
        await this.#connection.transaction((client) => writeDraft(client, batch.draft, shared))
        this.#failingSince = 0
        this.#options.onCommitted?.({
          changes: batch.draft.changes,
          durationMs: performance.now() - startedAt,
        })
        return batch.done()
      } catch (error) {
        this.#options.onFailure?.(error)
        const reason = error instanceof Error ? error : new Error(String(error))
        // Cannot happen while the broker's limits hold; but what can never be stored must not stop all else.
        if (storeFailure(error) === 'data') return batch.giveUp(reason)
        this.#failingSince ||= performance.now()
        const failingMs = performance.now() - this.#failingSince
        if (failingMs >= (this.#options.patienceMs ?? defaultPatienceMs)) this.#giveUp(reason)
        await this.#backOff(attempt)
      }
    }
    batch.giveUp(new Error('the store is closed'))
  }

  #numberShared({ receivers }: Draft): Map<StoredMessage, number> {
    const shared = new Map<StoredMessage, number>()
    for (const [message, count] of receivers) if (count > 1) shared.set(message, ++this.#lastMessageId)
    return shared
  }

  /** In the order of the writes: an older one settles first. */
  #giveUp(error: Error): void {
    this.#committing?.giveUp(error)
    this.#gathering.giveUp(error)
  }

  #stop(): void {
    this.#abort.abort()
    this.#connection.close()
  }

  async #backOff(attempt: number): Promise<void> {
    const delayMs = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(attempt, 10))
    const jittered = delayMs * (0.5 + Math.random() / 2)
    await sleep(jittered, undefined, { signal: this.#abort.signal }).catch(() => undefined)
  }
}

const defaultPatienceMs = 30_000
const defaultPatienceBytes = 128 * 1024 * 1024
const shortestDelayMs = 20
const longestDelayMs = 1_000
const closeTimeoutMs = 1_000
