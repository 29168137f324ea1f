import { backOff } from './retry.js'

export interface BatchWriterOptions<Batch> {
  /** How long the first change of a batch waits for others; 0: it is written at once. */
  flushIntervalMs: number
  /** What has gathered and is to be written next; null: nothing. It is not asked again before that is written. */
  take(): Batch | null
  write(batch: Batch): Promise<void>
  /** Called for each attempt that failed; says whether there is to be another. */
  onFailure(error: unknown, batch: Batch): 'retry' | 'discard'
  /** Called for a batch that was not written before the writer was closed; `take` must not give it again. */
  onAbandoned?(batch: Batch): void
  /** Called when `close` has waited long enough, to end a write that still runs. */
  onCloseTimeout?(): void
}

/**
 * Writes what gathers in batches, one at a time and in order: while a write runs the next batch gathers, so load makes
 * batches larger and not more. A write that fails is tried again, with back-off, until it succeeds or the writer is closed.
 */
export class BatchWriter<Batch> {
  readonly #abort = new AbortController()
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #closing = false

  constructor(private readonly options: BatchWriterOptions<Batch>) {}

  /** Says that there is something to take. */
  notify(): void {
    if (this.#running !== null) return
    if (this.#closing || this.options.flushIntervalMs === 0) this.#start()
    else this.#timer ??= setTimeout(() => this.#start(), this.options.flushIntervalMs).unref()
  }

  /** Writes all that is left without waiting for more, for at most about `timeoutMs`. What comes later is abandoned. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true
    const timer = setTimeout(() => this.#stop(), timeoutMs)
    this.#start()
    while (this.#running !== null) await this.#running
    clearTimeout(timer)
    this.#stop()
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running !== null) return
    const batch = this.options.take()
    if (batch !== null) this.#running = this.#run(batch)
  }

  async #run(batch: Batch): Promise<void> {
    await this.#write(batch)
    this.#running = null
    // In the same turn, for what gathered meanwhile.
    this.notify()
  }

  async #write(batch: Batch): Promise<void> {
    for (let attempt = 1; !this.#abort.signal.aborted; attempt++) {
      try {
        return await this.options.write(batch)
      } catch (error) {
        if (this.options.onFailure(error, batch) === 'discard') return
        await backOff(attempt, this.#abort.signal)
      }
    }
    this.options.onAbandoned?.(batch)
  }

  #stop(): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort()
    this.options.onCloseTimeout?.()
  }
}
