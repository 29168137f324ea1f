/** Events with typed payloads. An error of one listener is reported, and the other listeners are called all the same. */
export class TypedEmitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()
  readonly #onError: (error: unknown, event: keyof Events) => void

  constructor(onError: (error: unknown, event: keyof Events) => void = () => {}) {
    this.#onError = onError
  }

  /** Adds a listener; the returned function removes it. */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, set)
    set.add(listener)
    return () => this.off(event, listener)
  }

  once<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    const remove = this.on(event, (payload) => {
      remove()
      listener(payload)
    })
    return remove
  }

  off<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): void {
    this.#listeners.get(event)?.delete(listener)
  }

  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    const set = this.#listeners.get(event)
    if (!set) return
    for (const listener of set as Set<(payload: Events[E]) => void>) {
      try {
        listener(payload)
      } catch (error) {
        this.#onError(error, event)
      }
    }
  }
}
