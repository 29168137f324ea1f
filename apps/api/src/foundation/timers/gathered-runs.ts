/**
 * Runs something costly at most once at a time for each key. Who asks while it runs gets the result of the next run, which
 * all share who ask until it begins; so a result is never older than its question.
 */
export class GatheredRuns<Key, Result> {
  readonly #running = new Map<Key, Promise<Result>>()
  readonly #next = new Map<Key, Promise<Result>>()

  constructor(private readonly run: (key: Key) => Promise<Result>) {}

  result(key: Key): Promise<Result> {
    const running = this.#running.get(key)
    if (running === undefined) return this.#begin(key)
    const next = this.#next.get(key) ?? this.#after(running, key)
    this.#next.set(key, next)
    return next
  }

  #begin(key: Key): Promise<Result> {
    const running = this.run(key)
    this.#running.set(key, running)
    const end = () => {
      if (this.#running.get(key) === running) this.#running.delete(key)
    }
    running.then(end, end)
    return running
  }

  async #after(running: Promise<Result>, key: Key): Promise<Result> {
    await running.catch(() => {})
    this.#next.delete(key)
    return this.#begin(key)
  }
}
