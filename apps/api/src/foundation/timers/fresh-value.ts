import { withinTimeLimit } from './time-limit.js'

interface Options<Value> {
  read: () => Promise<Value>
  /** A value that was read so lately is not read again. */
  freshMs: number
  readTimeoutMs: number
}

/**
 * A value for metrics that costs something to read. A scrape neither loads a busy database nor waits for one that is away:
 * the value is read once for all who ask within a time, and it is null when that takes too long.
 */
export class FreshValue<Value> {
  private known: Value | null = null
  private readAtMs = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | null = null

  constructor(private readonly options: Options<Value>) {}

  /** Null while it cannot be read. */
  async get(): Promise<Value | null> {
    if (this.isFresh()) return this.known
    this.reading ??= this.refresh()
    await withinTimeLimit(this.reading, this.options.readTimeoutMs).catch(() => {})
    return this.isFresh() ? this.known : null
  }

  private isFresh(): boolean {
    return performance.now() - this.readAtMs < this.options.freshMs
  }

  private async refresh(): Promise<void> {
    try {
      this.known = await this.options.read()
      this.readAtMs = performance.now()
    } catch {
      // The next call tries again.
    } finally {
      this.reading = null
    }
  }
}
