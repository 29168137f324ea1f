import { setImmediate as nextTurn } from 'node:timers/promises'
import { MemoryPersistence } from '@heliograph/broker'

/**
 * A store whose broker can be killed in the midst of things: what is not written by then never is, and nobody is told.
 * The next one goes on from what was.
 */
export class CrashableStore {
  #kept
  #isAlive = true

  constructor(kept = new MemoryPersistence()) {
    this.#kept = kept
  }

  /** As `kill -9` leaves it: what is under way is lost. */
  crash() {
    this.#isAlive = false
    return new CrashableStore(this.#kept)
  }

  /** @param {import('@heliograph/broker').Restore} restore */
  load(restore) {
    return this.#kept.load(restore)
  }

  /** @param {readonly import('@heliograph/broker').Change[]} changes */
  async write(changes) {
    // Later than the call, so that a crash can come in between.
    await nextTurn()
    if (!this.#isAlive) await new Promise(() => undefined)
    await this.#kept.write(changes)
  }

  async close() {}
}
