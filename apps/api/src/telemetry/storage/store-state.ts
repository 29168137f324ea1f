import { Injectable } from '@nestjs/common'

/**
 * `ok`: telemetry is stored as it comes. `behind`: what came over a second ago still waits. `away`: the last attempt
 * failed, or has had no answer for seconds. Unless it is `ok`, live messages are passed on before they are stored.
 */
export interface StoreCondition {
  state: 'ok' | 'behind' | 'away'
  /** Epoch milliseconds. */
  since: number
  /** Why it is away. */
  reason: string | null
}

/** How the store of telemetry does, for whoever shows it. The ingest keeps it current. */
@Injectable()
export class StoreState {
  #current: StoreCondition = { state: 'ok', since: Date.now(), reason: null }
  readonly #listeners = new Set<(condition: StoreCondition) => void>()

  get current(): StoreCondition {
    return this.#current
  }

  /** Tells of each change of `state`; the returned function ends that. */
  onChange(listener: (condition: StoreCondition) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  set(state: StoreCondition['state'], reason: string | null, nowMs: number): void {
    if (state === this.#current.state) {
      this.#current = { ...this.#current, reason }
      return
    }
    this.#current = { state, since: nowMs, reason }
    for (const listener of this.#listeners) listener(this.#current)
  }
}
