/** A map of bounded size that forgets what was used longest ago. */
export class Lru<Key, Value> {
  private readonly entries = new Map<Key, Value>()

  constructor(private readonly capacity: number) {}

  get(key: Key): Value | undefined {
    const value = this.entries.get(key)
    if (value === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, value)
    return value
  }

  has(key: Key): boolean {
    return this.entries.has(key)
  }

  /** Gives what had to go to make room, or null. */
  set(key: Key, value: Value): { key: Key; value: Value } | null {
    this.entries.delete(key)
    this.entries.set(key, value)
    if (this.entries.size <= this.capacity) return null
    for (const [oldest, oldestValue] of this.entries) {
      this.entries.delete(oldest)
      return { key: oldest, value: oldestValue }
    }
    return null
  }

  delete(key: Key): void {
    this.entries.delete(key)
  }
}
