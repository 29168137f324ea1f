interface Entry<Value> {
  value: Value | null
  running: Promise<Value> | null
  dueAtMs: number
}

/**
 * Caches the results of costly queries. A query is repeated after a pause, which `pauseMs` derives from its duration, and
 * never runs twice at a time. After a failure the last value stays, and the query is repeated after the shortest pause.
 */
export class QueryCache<Key, Value> {
  readonly #entries = new Map<Key, Entry<Value>>()

  constructor(
    private readonly query: (key: Key) => Promise<Value>,
    private readonly pauseMs: (tookMs: number) => number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The last value; null before the first. Starts a query when one is due. */
  latest(key: Key): Value | null {
    const entry = this.#of(key)
    if (this.#isDue(entry)) this.#refresh(key, entry).catch(() => {})
    return entry.value
  }

  /** The last value, or the result of a new query when one is due. Rejects when that fails. */
  current(key: Key): Promise<Value> {
    const entry = this.#of(key)
    if (entry.running !== null) return entry.running
    if (entry.value !== null && !this.#isDue(entry)) return Promise.resolve(entry.value)
    return this.#refresh(key, entry)
  }

  #of(key: Key): Entry<Value> {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entry = { value: null, running: null, dueAtMs: 0 }
    this.#entries.set(key, entry)
    return entry
  }

  #isDue({ running, dueAtMs }: Entry<Value>): boolean {
    return running === null && this.now() >= dueAtMs
  }

  async #refresh(key: Key, entry: Entry<Value>): Promise<Value> {
    const startedMs = this.now()
    entry.running = this.query(key)
    try {
      entry.value = await entry.running
      entry.dueAtMs = this.now() + this.pauseMs(this.now() - startedMs)
      return entry.value
    } catch (error) {
      entry.dueAtMs = this.now() + this.pauseMs(0)
      throw error
    } finally {
      entry.running = null
    }
  }
}
