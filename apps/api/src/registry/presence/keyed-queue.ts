/** Runs tasks of the same key one after another, and tasks of different keys concurrently. */
export class KeyedQueue<Key> {
  readonly #last = new Map<Key, Promise<void>>()

  run(key: Key, task: () => Promise<void>): Promise<void> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const done = before.then(task).finally(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
    const settled = done.catch(() => undefined)
    this.#last.set(key, settled)
    return done
  }
}
