import { backOff } from '../../foundation/database/retry.js'
import { isTimeout, type StoreFailure, storeFailure } from '../../foundation/database/store-error.js'
import { type Refusal, UndecidedError } from '../samples/sample.js'
import { type BatchMessage, messagesOf, type Slice } from '../storage/batch.js'
import type { Refusals } from '../storage/committer.js'

export interface CommitOptions {
  /** Attempts that meet another transaction before the next one waits; most succeed when they are tried again at once. */
  attempts: number
  commit(slice: Slice): Promise<Refusals>
  /** Whether the store takes writes now. It decides what a timeout means. */
  answers(): Promise<boolean>
  /** Keeps a message that cannot be stored, for people to look at; resolves when that is durable. */
  setAside(message: BatchMessage, reason: string): Promise<void>
  onFailure(error: unknown): void
  /** Called when the messages of a slice are decided: refused if `refusals` has them, else stored. */
  onDecided(slice: Slice, refusals: Refusals, durationMs: number): void
  onUndecided(slice: Slice, error: UndecidedError): void
}

/** Commits slices, one at a time, however often that has to be tried. */
export class CommitAttempts {
  #sinceMs: number | null = null
  #answeredAtMs = 0
  /** The error of the last attempt, if it found the database away. */
  failure: unknown = null

  constructor(
    private readonly options: CommitOptions,
    private readonly signal: AbortSignal,
    /** Takes over the messages of a slice that takes longer than it may, although the database answers. */
    private readonly onSlow: (slice: Slice) => void,
  ) {}

  /** When the attempt that is running began, in milliseconds since 1970. */
  get sinceMs(): number | null {
    return this.#sinceMs
  }

  /** When an attempt succeeded last, in milliseconds since 1970. */
  get answeredAtMs(): number {
    return this.#answeredAtMs
  }

  /** Tries until every message is decided, undecided or handed over as slow. Of a slice that is refused, halves are tried. */
  async decide(slice: Slice): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.signal.aborted) return this.options.onUndecided(slice, stopping)
      const startedAt = performance.now()
      const result = await this.#attempt(slice)
      if (typeof result !== 'string')
        return this.options.onDecided(slice, result, performance.now() - startedAt)
      if (result === 'slow') return this.onSlow(slice)
      if (result === 'data') return await this.#isolate(slice)
      if (result === 'away' || attempt > this.options.attempts) await backOff(attempt, this.signal)
    }
  }

  /** Sets the messages of a slice aside, which decides them. */
  async setAside(slice: Slice, reason: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.signal.aborted) return this.options.onUndecided(slice, stopping)
      try {
        for (const message of messagesOf(slice)) await this.options.setAside(message, reason)
        const refusal: Refusal = { code: 'telemetry_set_aside', detail: `${reason}. ${whereItIs}` }
        const indexes = Array.from({ length: slice.to - slice.from }, (_, n) => slice.from + n)
        return this.options.onDecided(slice, new Map(indexes.map((index) => [index, refusal])), 0)
      } catch (error) {
        this.failure = error
        this.options.onFailure(error)
        await backOff(attempt, this.signal)
      }
    }
  }

  async #attempt(slice: Slice): Promise<Refusals | StoreFailure | 'slow'> {
    this.#sinceMs = Date.now()
    try {
      const refusals = await this.options.commit(slice)
      this.failure = null
      this.#answeredAtMs = Date.now()
      return refusals
    } catch (error) {
      const failure = isTimeout(error) && (await this.options.answers()) ? 'slow' : storeFailure(error)
      this.failure = failure === 'away' ? error : null
      this.options.onFailure(error)
      return failure
    } finally {
      this.#sinceMs = null
    }
  }

  async #isolate(slice: Slice): Promise<void> {
    const { batch, from, to } = slice
    if (to - from === 1) return this.setAside(slice, unstorable)
    const middle = (from + to) >> 1
    await this.decide({ batch, from, to: middle })
    await this.decide({ batch, from: middle, to })
  }
}

const stopping = new UndecidedError('the platform is stopping', 'stopping')

const unstorable = 'It holds a value that the database cannot store'
const whereItIs = 'It was set aside, and is not sent again: an administrator finds it on the page Settings'
