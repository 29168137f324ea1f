/** A small deterministic generator (mulberry32): the same seed gives the same attack on every machine. */
export class Random {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** At least 0, below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /**
   * A whole number from `low` to `high`, both included.
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability
  }

  /**
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  pick(list) {
    const index = this.between(0, list.length - 1)
    return /** @type {T} */ (list[index])
  }

  /**
   * One of the values, each as likely as its weight says.
   * @template T
   * @param {readonly (readonly [number, T])[]} choices
   * @returns {T}
   */
  weighted(choices) {
    let at = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of choices) {
      at -= weight
      if (at < 0) return value
    }
    return this.pick(choices)[1]
  }

  /** @param {number} count */
  bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.between(0, 255)))
  }

  /**
   * @template T
   * @param {number} count
   * @param {(index: number) => T} make
   * @returns {T[]}
   */
  times(count, make) {
    return Array.from({ length: count }, (_, index) => make(index))
  }
}

/**
 * One seed of several numbers, well mixed.
 * @param {number[]} parts
 */
export function mixSeeds(...parts) {
  let hash = 0x811c9dc5
  for (const part of parts) {
    hash = Math.imul(hash ^ (part >>> 0), 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}
