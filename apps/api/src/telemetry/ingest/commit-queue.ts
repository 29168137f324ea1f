import { setTimeout as sleep } from 'node:timers/promises'
import { type StoreFailure, storeFailure } from '../../foundation/database/store-error.js'
import type { Columns } from '../samples/columns.js'
import { type Refusal, UndecidedError } from '../samples/sample.js'
import { Batch, type BatchMessage, type Slice } from '../storage/batch.js'
import type { Refusals } from '../storage/committer.js'

export interface CommitQueueOptions {
  commit(slice: Slice): Promise<Refusals>
  /** Rows, and bytes of payload, at which a batch is closed without waiting for more. */
  batchRows: number
  batchBytes: number
  /** How long the first message of a batch waits for company. */
  lingerMs: number
  /** From the beginning of a commit of that many rows to that of the next, at least, unless a batch is full. */
  paceMs: number
  pacedRows: number
  onFailure(error: unknown): void
  /** The messages of a slice are decided: stored, or refused where it says so. */
  onDecided(slice: Slice, refusals: Refusals, durationMs: number): void
  onUndecided(slice: Slice, error: UndecidedError): void
}

const shortestDelayMs = 20
const longestDelayMs = 1_000

/**
 * A queue that commits one batch at a time. A device always goes to the same lane, so the order of its samples is
 * kept while other lanes commit beside it. While a commit runs the next batch gathers, so load makes batches larger.
 * A commit costs nearly as much for ten samples as for a hundred: under load they keep a pace, instead of taking the
 * processor from everybody for small batches.
 */
export class CommitQueue {
  /** The batch at hand, then those that wait; the last one still gathers. */
  readonly #batches: Batch[] = []
  #running: Promise<void> | null = null
  #deciding: Promise<void> = Promise.resolve()
  #linger: NodeJS.Timeout | undefined
  #attemptSinceMs: number | null = null
  #closing = false
  /** What the last attempt failed with, until one succeeds. */
  failure: unknown = null
  readonly #abort = new AbortController()

  constructor(private readonly options: CommitQueueOptions) {}

  push(message: Omit<BatchMessage, 'from' | 'to'>, columns: Columns): void {
    const batch = this.#gatheringBatch(columns.length)
    batch.add(message, columns)
    if (this.#running !== null) return
    if (this.#isFull(batch)) this.#start()
    else this.#linger ??= setTimeout(() => this.#start(), this.options.lingerMs)
  }

  /** When the oldest message that waits came, and when the attempt that runs began, in milliseconds. */
  get waitingSinceMs(): number | null {
    return this.#batches[0]?.messages[0]?.receivedAtMs ?? null
  }

  get attemptSinceMs(): number | null {
    return this.#attemptSinceMs
  }

  *waiting(): Generator<BatchMessage> {
    for (const batch of this.#batches) yield* batch.messages
  }

  /** Settles when the batch that is being committed now, if any, is decided. */
  async currentBatch(): Promise<void> {
    await this.#deciding
  }

  /** Commits what waits, at most for `timeoutMs`; what is left then stays undecided. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true
    if (this.#batches.length > 0) this.#start()
    const impatience = setTimeout(() => this.#abort.abort(), timeoutMs)
    await this.#running
    clearTimeout(impatience)
    this.#abort.abort()
  }

  #gatheringBatch(rows: number): Batch {
    const last = this.#batches.at(-1)
    const isGathering = last !== undefined && (this.#running === null || this.#batches.length > 1)
    if (isGathering && last.rows + rows <= this.options.batchRows && !this.#isFull(last)) return last
    const batch = new Batch()
    this.#batches.push(batch)
    return batch
  }

  #isFull(batch: Batch): boolean {
    return batch.rows >= this.options.batchRows || batch.payloadBytes >= this.options.batchBytes
  }

  /** After a batch of many rows, while what waits still gathers and nobody waits for the end. */
  #mayRest(after: Batch): boolean {
    const [batch, ...others] = this.#batches
    if (after.rows < this.options.pacedRows || this.#closing) return false
    return batch !== undefined && others.length === 0 && !this.#isFull(batch)
  }

  #start(): void {
    clearTimeout(this.#linger)
    this.#linger = undefined
    if (this.#running === null && this.#batches.length > 0) this.#running = this.#drain()
  }

  async #drain(): Promise<void> {
    let restMs = 0
    for (let batch = this.#batches[0]; batch !== undefined && restMs <= 0; batch = this.#batches[0]) {
      const nextAtMs = performance.now() + this.options.paceMs
      this.#deciding = this.#decide({ batch, from: 0, to: batch.messages.length })
      await this.#deciding
      this.#batches.shift()
      restMs = this.#mayRest(batch) ? nextAtMs - performance.now() : 0
    }
    // In the same turn as the check above: a message pushed from here on starts a run of its own.
    this.#running = null
    if (this.#batches.length > 0) this.#linger = setTimeout(() => this.#start(), restMs)
  }

  /** Tries until the store has decided, halving a batch that it refuses until the one bad message stands alone. */
  async #decide(slice: Slice): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#abort.signal.aborted) return this.options.onUndecided(slice, stopping)
      const startedAt = performance.now()
      const result = await this.#attempt(slice)
      if (typeof result !== 'string')
        return this.options.onDecided(slice, result, performance.now() - startedAt)
      if (result === 'data') return await this.#isolate(slice)
      if (result === 'away' || attempt > 3) await this.#backOff(attempt)
    }
  }

  async #attempt(slice: Slice): Promise<Refusals | StoreFailure> {
    this.#attemptSinceMs = Date.now()
    try {
      const refusals = await this.options.commit(slice)
      this.failure = null
      return refusals
    } catch (error) {
      const failure = storeFailure(error)
      this.failure = failure === 'away' ? error : null
      this.options.onFailure(error)
      return failure
    } finally {
      this.#attemptSinceMs = null
    }
  }

  async #isolate({ batch, from, to }: Slice): Promise<void> {
    if (to - from === 1) return this.options.onDecided({ batch, from, to }, new Map([[from, unstorable]]), 0)
    const middle = (from + to) >> 1
    await this.#decide({ batch, from, to: middle })
    await this.#decide({ batch, from: middle, to })
  }

  async #backOff(attempt: number): Promise<void> {
    const delayMs = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(attempt, 10))
    const jittered = delayMs * (0.5 + Math.random() / 2)
    await sleep(jittered, undefined, { signal: this.#abort.signal }).catch(() => undefined)
  }
}

const stopping = new UndecidedError('the platform is stopping', 'stopping')

const unstorable: Refusal = {
  code: 'payload_invalid',
  detail: 'holds a value that the database cannot store',
}
