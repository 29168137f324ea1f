import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchMessage } from './committer.js'
import { type IngestOutcome, UndecidedError } from './sample.js'
import { storeFailure } from './store-error.js'

/** A message that waits for its batch. Exactly one of both functions is called, once. */
export interface WaitingMessage extends BatchMessage {
  decided(outcome: IngestOutcome): void
  undecided(error: UndecidedError): void
}

export interface LaneOptions {
  commit(messages: readonly BatchMessage[]): Promise<IngestOutcome[]>
  /** Rows at which a batch is closed without waiting for more. */
  batchRows: number
  /** How long the first message of a batch waits for company. */
  lingerMs: number
  onFailure(error: unknown, attempt: number): void
  onCommitted(batch: readonly BatchMessage[], rows: number, durationMs: number): void
}

const shortestDelayMs = 20
const longestDelayMs = 1_000

/**
 * A queue that commits one batch at a time. A device always goes to the same lane, so the order of its samples is
 * kept while other lanes commit beside it. While a commit runs the next batch gathers, so load makes batches larger.
 */
export class Lane {
  #waiting: WaitingMessage[] = []
  #waitingRows = 0
  #running: Promise<void> | null = null
  #deciding: Promise<void> = Promise.resolve()
  #linger: NodeJS.Timeout | undefined
  readonly #abort = new AbortController()

  constructor(private readonly options: LaneOptions) {}

  push(message: WaitingMessage): void {
    this.#waiting.push(message)
    this.#waitingRows += message.samples.length
    if (this.#running !== null) return
    if (this.#waitingRows >= this.options.batchRows) this.#start()
    else this.#linger ??= setTimeout(() => this.#start(), this.options.lingerMs)
  }

  /** Settles when the batch that is being committed now, if any, is decided. */
  async currentBatch(): Promise<void> {
    await this.#deciding
  }

  /** Commits what waits, at most for `timeoutMs`; what is left then stays undecided. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#waiting.length > 0) this.#start()
    const impatience = setTimeout(() => this.#abort.abort(), timeoutMs)
    await this.#running
    clearTimeout(impatience)
    this.#abort.abort()
  }

  #start(): void {
    clearTimeout(this.#linger)
    this.#linger = undefined
    if (this.#running === null && this.#waiting.length > 0) this.#running = this.#drain()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#deciding = this.#decide(this.#takeBatch())
      await this.#deciding
    }
    // In the same turn as the check above: a message pushed from here on starts a run of its own.
    this.#running = null
  }

  #takeBatch(): WaitingMessage[] {
    let rows = 0
    let count = 0
    for (const message of this.#waiting) {
      if (count > 0 && rows + message.samples.length > this.options.batchRows) break
      rows += message.samples.length
      count += 1
    }
    this.#waitingRows -= rows
    return this.#waiting.splice(0, count)
  }

  /** Tries until the store has decided, halving a batch that it refuses until the one bad message stands alone. */
  async #decide(batch: WaitingMessage[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#abort.signal.aborted) return abandon(batch)
      try {
        return await this.#commit(batch)
      } catch (error) {
        const failure = storeFailure(error)
        this.options.onFailure(error, attempt)
        if (failure === 'data') return await this.#isolate(batch)
        if (failure === 'away' || attempt > 3) await this.#backOff(attempt)
      }
    }
  }

  async #commit(batch: WaitingMessage[]): Promise<void> {
    const startedAt = performance.now()
    const outcomes = await this.options.commit(batch)
    const rows = batch.reduce((sum, message) => sum + message.samples.length, 0)
    const committedAt = performance.now()
    for (const { trail } of batch) {
      trail.closedAtMs = startedAt
      trail.committedAtMs = committedAt
    }
    this.options.onCommitted(batch, rows, committedAt - startedAt)
    for (const [index, message] of batch.entries()) {
      message.decided(outcomes[index] ?? unstorable)
    }
  }

  async #isolate(batch: WaitingMessage[]): Promise<void> {
    if (batch.length === 1) return batch[0]?.decided(unstorable)
    const middle = batch.length >> 1
    await this.#decide(batch.slice(0, middle))
    await this.#decide(batch.slice(middle))
  }

  async #backOff(attempt: number): Promise<void> {
    const delayMs = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(attempt, 10))
    const jittered = delayMs * (0.5 + Math.random() / 2)
    await sleep(jittered, undefined, { signal: this.#abort.signal }).catch(() => undefined)
  }
}

const unstorable: IngestOutcome = {
  stored: false,
  refusal: { code: 'payload_invalid', detail: 'holds a value that the database cannot store' },
}

function abandon(batch: readonly WaitingMessage[]): void {
  const error = new UndecidedError('the platform is stopping')
  for (const message of batch) message.undecided(error)
}
