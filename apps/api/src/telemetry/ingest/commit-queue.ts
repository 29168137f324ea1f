import type { Columns } from '../samples/columns.js'
import { Batch, type BatchMessage, type NewMessage, wholeOf } from '../storage/batch.js'
import { CommitAttempts } from './commit-attempts.js'
import { Isolation, type IsolationOptions } from './isolation.js'
import { type Divert, TurnQueue } from './turn-queue.js'

export interface CommitQueueOptions extends IsolationOptions {
  /** How long the first message of a batch waits for others. */
  flushIntervalMs: number
  /** After a commit of at least `largeBatchRows` the next begins this long after it began, or when a batch is full. */
  minCommitIntervalMs: number
  largeBatchRows: number
  /** Whether samples are of other times than those of most, so that they cost more to write. */
  isOld(columns: Columns, receivedAtMs: number): boolean
}

/**
 * Commits one batch at a time. A device always has the same queue, which keeps its samples in order while other queues
 * commit beside it. While a commit runs the next batch gathers, so load makes batches larger. A commit of ten samples costs
 * nearly as much as one of a hundred, so under load there is a minimum interval between them. A batch that takes too long
 * leaves the queue, which goes on with the next. Messages with old samples, which may be in a partition each, do so at once, and
 * so do large ones while other organizations send too.
 */
export class CommitQueue {
  readonly #waiting: TurnQueue
  #committing: Batch | null = null
  #running: Promise<void> | null = null
  #deciding: Promise<void> = Promise.resolve()
  #flushTimer: NodeJS.Timeout | undefined
  #closing = false
  readonly #abort = new AbortController()
  readonly #attempts: CommitAttempts
  readonly #isolation: Isolation

  constructor(private readonly options: CommitQueueOptions) {
    this.#waiting = new TurnQueue(options)
    const isShared = () => this.#waiting.isShared && !this.#closing
    this.#isolation = new Isolation(options, isShared, this.#abort.signal)
    this.#attempts = new CommitAttempts(options, this.#abort.signal, (slice) =>
      this.#isolation.take(slice, { isDelayed: true }),
    )
  }

  push(message: Omit<NewMessage, 'isOld'>, columns: Columns): void {
    const { organizationId, deviceKey, payload, receivedAtMs, listener } = message
    const isOld = this.options.isOld(columns, receivedAtMs)
    // Field by field: each message comes through here, and a spread takes longer than the rest of its way to the queue.
    this.#waiting.push({ organizationId, deviceKey, payload, receivedAtMs, isOld, listener }, columns)
    if (this.#running !== null) return
    if (this.#waiting.isFull) this.#start()
    else this.#flushTimer ??= setTimeout(() => this.#start(), this.options.flushIntervalMs)
  }

  /** The error of the last attempt, if it found the database away. */
  get failure(): unknown {
    return this.#attempts.failure ?? this.#isolation.failure
  }

  /** When the oldest message that waits was received, in milliseconds since 1970; isolated ones are left out. */
  get waitingSinceMs(): number | null {
    return this.#committing?.messages[0]?.receivedAtMs ?? this.#waiting.oldestMs
  }

  /** When the attempt that is running began, in milliseconds since 1970. */
  get attemptSinceMs(): number | null {
    return this.#attempts.sinceMs
  }

  /** When an attempt succeeded last, in milliseconds since 1970. */
  get answeredAtMs(): number {
    return this.#attempts.answeredAtMs
  }

  *waiting(): Generator<BatchMessage> {
    yield* this.#committing?.messages ?? []
    yield* this.#waiting.waiting()
    yield* this.#isolation.waiting()
  }

  /** Resolves when the batches that are being committed now, if any, are decided. */
  async currentBatch(): Promise<void> {
    await Promise.all([this.#deciding, this.#isolation.currentBatch()])
  }

  /** Commits what waits, for at most `timeoutMs`; what is left then is undecided. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true
    this.#start()
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs)
    await this.#running
    await this.#isolation.drained()
    clearTimeout(timer)
    this.#abort.abort()
  }

  /** Whether the next batch may go on gathering after one of so many rows. */
  #mayGather(rows: number): boolean {
    if (rows < this.options.largeBatchRows || this.#closing) return false
    return !this.#waiting.isEmpty && !this.#waiting.isFull
  }

  #start(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    if (this.#running !== null) return
    // All that waits may go beside the queue, and then there is nothing to run.
    const first = this.#take()
    if (first !== null) this.#running = this.#drain(first)
  }

  async #drain(first: Batch): Promise<void> {
    let delayMs = 0
    for (let batch: Batch | null = first; batch !== null; batch = delayMs <= 0 ? this.#take() : null) {
      const earliestMs = performance.now() + this.options.minCommitIntervalMs
      this.#committing = batch
      this.#deciding = this.#attempts.decide(wholeOf(batch))
      await this.#deciding
      this.#committing = null
      delayMs = this.#mayGather(batch.rows) ? earliestMs - performance.now() : 0
    }
    // In the same turn as the check above, so that a message that is pushed later starts the next run.
    this.#running = null
    if (!this.#waiting.isEmpty) this.#flushTimer = setTimeout(() => this.#start(), delayMs)
  }

  /** The next batch that has messages: those of held devices, old ones and large ones are committed beside it. */
  #take(): Batch | null {
    for (;;) {
      const isolates = !this.#isolation.isEmpty || this.#waiting.hasBeside
      const beside = new Batch()
      const batch = this.#waiting.take(isolates ? this.#divertInto(beside) : null)
      if (beside.messages.length > 0) this.#isolation.take(wholeOf(beside), { isDelayed: false })
      if (batch === null || batch.messages.length > 0) return batch
    }
  }

  /** A message for beside waits while the batch has others of its device, so that what one device sends keeps its order. */
  #divertInto(beside: Batch): Divert {
    const { isShared } = this.#waiting
    const [inBatch, isBeside] = [new Set<number>(), new Set<number>()]
    return (message, from) => {
      const { deviceKey, isOld, to } = message
      const goesBeside = isOld || (isShared && this.#waiting.isLarge(to - message.from))
      if (this.#isolation.holds(deviceKey)) {
        this.#isolation.add(message, from)
        return 'taken'
      }
      if (!goesBeside && !isBeside.has(deviceKey)) {
        inBatch.add(deviceKey)
        return 'batch'
      }
      if (inBatch.has(deviceKey) || beside.rows >= this.options.batchRows) return 'later'
      isBeside.add(deviceKey)
      beside.addFrom(from, message)
      return 'taken'
    }
  }
}
