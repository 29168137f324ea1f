/** Work that a turn of the event loop may still do, in steps of a walk through retained messages. */
export interface Turn {
  left: number
}

/** Who has retained messages to send. */
export interface Sender {
  /** Does what the turn has left. True when it could go on at once; else it offers itself again. */
  slice(turn: Turn): boolean
}

/**
 * Shares out what each turn of the event loop may spend on retained messages, over all who wait for some: however many
 * subscribe to however much, whatever else there is to do waits for one turn's worth of it only.
 */
export class RetainedTurns {
  readonly #turn: Turn = { left: stepsPerTurn }
  readonly #waiting = new Set<Sender>()
  #scheduled = false

  /** Lets a sender go on: at once when nobody waits and this turn has something left, else when it is its turn. */
  offer(sender: Sender): void {
    if (this.#waiting.has(sender)) return
    if (this.#waiting.size > 0 || this.#serve(sender)) this.#waiting.add(sender)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#next())
  }

  #next(): void {
    this.#scheduled = false
    this.#turn.left = stepsPerTurn
    for (const sender of this.#waiting) {
      if (this.#turn.left <= 0) break
      // Behind the others, when there is more.
      this.#waiting.delete(sender)
      if (this.#serve(sender)) this.#waiting.add(sender)
    }
    if (this.#waiting.size === 0) return
    this.#scheduled = true
    setImmediate(() => this.#next())
  }

  #serve(sender: Sender): boolean {
    const share = { left: Math.min(this.#turn.left, stepsPerSlice) }
    const before = share.left
    const more = sender.slice(share)
    this.#turn.left -= before - share.left
    return more
  }
}

const stepsPerTurn = 4_096
const stepsPerSlice = 1_024
