interface Entry<Value> {
  value: Value | null
  running: Promise<Value> | null
  dueAtMs: number
}

/**
 * Remembers what is dear to find out, and finds it out anew no sooner than `pauseMs` says of how long it took;
 * never twice at a time. A failure is tried again after the least pause, and the last value stays.
 */
export class Paced<Key, Value> {
  readonly #entries = new Map<Key, Entry<Value>>()

  constructor(
    private readonly find: (key: Key) => Promise<Value>,
    private readonly pauseMs: (tookMs: number) => number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The last value, null before the first; starts finding it out anew when it is time. */
  latest(key: Key): Value | null {
    const entry = this.#of(key)
    if (this.#isDue(entry)) this.#refresh(key, entry).catch(() => {})
    return entry.value
  }

  /** The value while it is fresh, else a new one. Rejects when that cannot be found out. */
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
    entry.running = this.find(key)
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
