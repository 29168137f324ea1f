import { Injectable } from '@nestjs/common'

/**
 * `ok`: telemetry is stored as it comes. `behind`: messages have waited for over a second. `away`: the last attempt failed,
 * or has had no answer for seconds. Unless it is `ok`, messages are passed on to subscribers before they are stored.
 */
export interface StoreCondition {
  state: 'ok' | 'behind' | 'away'
  /** Epoch milliseconds. */
  since: number
  /** Why it is away. */
  reason: string | null
}

/** The condition of the store of telemetry, which ingest keeps up to date. */
@Injectable()
export class StoreState {
  #current: StoreCondition = { state: 'ok', since: Date.now(), reason: null }
  readonly #listeners = new Set<(condition: StoreCondition) => void>()

  get current(): StoreCondition {
    return this.#current
  }

  /** Calls a listener at each change of `state`, until the returned function is called. */
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
