export type Unsubscribe = () => void

/** A typed set of listeners. One that throws does not keep the others from hearing. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // A wrapper of its own, so that one function may listen twice.
    const entry = (event: Events[Name]) => listener(event)
    listeners.add(entry)
    return () => void listeners.delete(entry)
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        ;(listener as (event: Events[Name]) => void)(event)
      } catch (error) {
        // As an uncaught error of its own, where the host's own reporting finds it.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
