/** Rows of a cleared object whose memory is kept for the next. */
const keptRows = 256

/**
 * Samples as columns: one array for each field and no object for each value, which the garbage collector would have
 * to follow. Index by index the four belong together, up to `length`; behind that may be what was there before `clear`.
 */
export class Columns {
  readonly names: string[] = []
  /** Microseconds since 1970, below 2^53; NaN: to be stamped. */
  readonly timesUs: number[] = []
  /** NaN: no number. */
  readonly numbers: number[] = []
  /** JSON text of what is no number, and of an integer that a double cannot hold. */
  readonly others: (string | null)[] = []
  /** After which rows a record ends: its values were measured together. */
  readonly recordEnds: number[] = []
  #rows = 0
  #records = 0

  get length(): number {
    return this.#rows
  }

  /** How many of `recordEnds` count. */
  get records(): number {
    return this.#records
  }

  push(name: string, timeUs: number, number: number, other: string | null): void {
    const row = this.#rows++
    this.names[row] = name
    this.timesUs[row] = timeUs
    this.numbers[row] = number
    this.others[row] = other
  }

  endRecord(): void {
    this.recordEnds[this.#records++] = this.#rows
  }

  /** Takes over the rows, not where their records end. */
  append(columns: Columns): void {
    for (let row = 0; row < columns.length; row++) {
      this.push(
        columns.names[row] as string,
        columns.timesUs[row] as number,
        columns.numbers[row] as number,
        columns.others[row] as string | null,
      )
    }
  }

  /** An array that is emptied gives its memory back, which would be asked for again at every message. */
  clear(): void {
    this.#rows = 0
    this.#records = 0
    if (this.names.length <= keptRows) return
    this.names.length = 0
    this.timesUs.length = 0
    this.numbers.length = 0
    this.others.length = 0
    this.recordEnds.length = 0
  }
}
