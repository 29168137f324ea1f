import { setImmediate as nextTurn } from 'node:timers/promises'
import { MemoryPersistence } from '@heliograph/broker'

/**
 * A store that can crash with its broker: changes that are not written by then are lost, and no promise settles. The next
 * broker continues from the written ones.
 */
export class CrashableStore {
  #kept
  #isAlive = true

  constructor(kept = new MemoryPersistence()) {
    this.#kept = kept
  }

  /** Crashes as with `kill -9`: unfinished writes are lost. */
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
