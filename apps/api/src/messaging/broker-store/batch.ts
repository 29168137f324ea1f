import { ChangeSet } from './change-set.js'

/** A change set, and the callers that wait until it is durable. */
export class Batch {
  readonly changeSet = new ChangeSet()
  #waiting: Waiting | null = null

  /** Whether it has changes, or callers that wait. */
  get isWanted(): boolean {
    return this.#waiting !== null || !this.changeSet.isEmpty
  }

  /** Resolves when it is durable; rejects when it is given up. All callers since it was last given up share a promise. */
  durable(): Promise<void> {
    this.#waiting ??= newWaiting()
    return this.#waiting.promise
  }

  committed(): void {
    this.#waiting?.resolve()
    this.#waiting = null
  }

  /** Tells the callers that nobody knows whether this becomes durable. The changes stay and are still tried. */
  giveUp(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = null
  }
}

interface Waiting {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

function newWaiting(): Waiting {
  let ends: Omit<Waiting, 'promise'> = { resolve() {}, reject() {} }
  const promise = new Promise<void>((resolve, reject) => {
    ends = { resolve, reject }
  })
  return { promise, ...ends }
}
