import { backOff } from '../../foundation/database/retry.js'
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
  /** How long the first message of a batch waits for others. */
  flushIntervalMs: number
  /** After a commit of at least `largeBatchRows` the next begins this long after it began, or when a batch is full. */
  minCommitIntervalMs: number
  largeBatchRows: number
  onFailure(error: unknown): void
  /** Called when the messages of a slice are decided: refused if `refusals` has them, else stored. */
  onDecided(slice: Slice, refusals: Refusals, durationMs: number): void
  onUndecided(slice: Slice, error: UndecidedError): void
}

/** Attempts that meet another transaction before the next one waits; most succeed when they are tried again at once. */
const immediateAttempts = 3

/**
 * Commits one batch at a time. A device always has the same queue, which keeps its samples in order while other queues
 * commit beside it. While a commit runs the next batch gathers, so load makes batches larger. A commit of ten samples costs
 * nearly as much as one of a hundred, so under load there is a minimum interval between them.
 */
export class CommitQueue {
  /** The batch that is being committed, then those that wait; the last one still gathers. */
  readonly #batches: Batch[] = []
  #running: Promise<void> | null = null
  #deciding: Promise<void> = Promise.resolve()
  #flushTimer: NodeJS.Timeout | undefined
  #attemptSinceMs: number | null = null
  #closing = false
  /** The error of the last attempt, if it found the database away. */
  failure: unknown = null
  readonly #abort = new AbortController()

  constructor(private readonly options: CommitQueueOptions) {}

  push(message: Omit<BatchMessage, 'from' | 'to'>, columns: Columns): void {
    const batch = this.#gatheringBatch(columns.length)
    batch.add(message, columns)
    if (this.#running !== null) return
    if (this.#isFull(batch)) this.#start()
    else this.#flushTimer ??= setTimeout(() => this.#start(), this.options.flushIntervalMs)
  }

  /** When the oldest message that waits was received, in milliseconds since 1970. */
  get waitingSinceMs(): number | null {
    return this.#batches[0]?.messages[0]?.receivedAtMs ?? null
  }

  /** When the attempt that is running began, in milliseconds since 1970. */
  get attemptSinceMs(): number | null {
    return this.#attemptSinceMs
  }

  *waiting(): Generator<BatchMessage> {
    for (const batch of this.#batches) yield* batch.messages
  }

  /** Resolves when the batch that is being committed now, if any, is decided. */
  async currentBatch(): Promise<void> {
    await this.#deciding
  }

  /** Commits what waits, for at most `timeoutMs`; what is left then is undecided. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true
    if (this.#batches.length > 0) this.#start()
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs)
    await this.#running
    clearTimeout(timer)
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

  /** Whether the next batch may go on gathering after this one. */
  #mayGather(after: Batch): boolean {
    const [batch, ...others] = this.#batches
    if (after.rows < this.options.largeBatchRows || this.#closing) return false
    return batch !== undefined && others.length === 0 && !this.#isFull(batch)
  }

  #start(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    if (this.#running === null && this.#batches.length > 0) this.#running = this.#drain()
  }

  async #drain(): Promise<void> {
    let delayMs = 0
    for (let batch = this.#batches[0]; batch !== undefined && delayMs <= 0; batch = this.#batches[0]) {
      const earliestMs = performance.now() + this.options.minCommitIntervalMs
      this.#deciding = this.#decide({ batch, from: 0, to: batch.messages.length })
      await this.#deciding
      this.#batches.shift()
      delayMs = this.#mayGather(batch) ? earliestMs - performance.now() : 0
    }
    // In the same turn as the check above, so that a message that is pushed later starts the next run.
    this.#running = null
    if (this.#batches.length > 0) this.#flushTimer = setTimeout(() => this.#start(), delayMs)
  }

  /** Tries until every message is decided. A slice that the database refuses is halved until the bad message is alone. */
  async #decide(slice: Slice): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#abort.signal.aborted) return this.options.onUndecided(slice, stopping)
      const startedAt = performance.now()
      const result = await this.#attempt(slice)
      if (typeof result !== 'string')
        return this.options.onDecided(slice, result, performance.now() - startedAt)
      if (result === 'data') return await this.#isolate(slice)
      if (result === 'away' || attempt > immediateAttempts) await backOff(attempt, this.#abort.signal)
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
}

const stopping = new UndecidedError('the platform is stopping', 'stopping')

const unstorable: Refusal = {
  code: 'payload_invalid',
  detail: 'holds a value that the database cannot store',
}
