import { Draft } from './draft.js'

/** A draft, and those who wait for it to be durable. */
export class Batch {
  readonly draft = new Draft()
  #waiting: Waiting | null = null

  /** Whether there is anything to do for it. */
  get isWanted(): boolean {
    return this.#waiting !== null || !this.draft.isEmpty
  }

  /** Settles with the batch; the same promise for all who came since the last time it was given up. */
  settled(): Promise<void> {
    this.#waiting ??= newWaiting()
    return this.#waiting.promise
  }

  done(): void {
    this.#waiting?.resolve()
    this.#waiting = null
  }

  /** Tells who waits that it is not known whether this becomes durable. The changes stay, and are still tried. */
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
  let settle: Omit<Waiting, 'promise'> = { resolve() {}, reject() {} }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}
