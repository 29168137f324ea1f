/**
 * How much one publisher puts up with. After it was held in vain, for a subscriber that then took too little or left,
 * it is held no more for a while: by subscribers that have yet to prove themselves, and by no other either if the one
 * it was held for had. So whoever joins only to hold others up does so once in a while, and not for long.
 */
export class Tolerance {
  #unprovenFromMs = 0
  #provenFromMs = 0

  allows(proven: boolean, nowMs: number): boolean {
    return nowMs >= (proven ? this.#provenFromMs : this.#unprovenFromMs)
  }

  heldInVain(proven: boolean, nowMs: number): void {
    this.#unprovenFromMs = nowMs + unprovenImmuneMs
    if (proven) this.#provenFromMs = nowMs + provenImmuneMs
  }
}

const unprovenImmuneMs = 20_000
const provenImmuneMs = 5_000
