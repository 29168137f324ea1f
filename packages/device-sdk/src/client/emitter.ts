export type Unsubscribe = () => void

/** A typed set of listeners. An error of one listener does not keep the others from being called. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // Each call makes a new wrapper, so that one function may listen twice.
    const entry = (event: Events[Name]) => listener(event)
    listeners.add(entry)
    return () => void listeners.delete(entry)
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        ;(listener as (event: Events[Name]) => void)(event)
      } catch (error) {
        // An uncaught error reaches the error reporting of the program.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
