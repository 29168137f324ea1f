/** How many rows of memory `clear` keeps for the next message. */
const keptRows = 256

/**
 * Samples as columns: one array for each field, because the garbage collector would have to follow one object for each
 * value. The same index in the four arrays is one sample, up to `length`; above that may be rows from before `clear`.
 */
export class Columns {
  readonly names: string[] = []
  /** Microseconds since 1970, below 2^53; NaN until a time is assigned. */
  readonly timesUs: number[] = []
  /** NaN where the value is not a number. */
  readonly numbers: number[] = []
  /** JSON text of a value that is not a number, and of an integer that a double cannot hold. */
  readonly others: (string | null)[] = []
  /** For each record, whose values were measured together, the row after its last. */
  readonly recordEnds: number[] = []
  #rows = 0
  #records = 0

  get length(): number {
    return this.#rows
  }

  /** How many records there are; above that `recordEnds` may have some from before `clear`. */
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

  /** Appends the rows of another from `from` to before `to`, without its records. */
  append(columns: Columns, from = 0, to = columns.length): void {
    for (let row = from; row < to; row++) {
      this.push(
        columns.names[row] as string,
        columns.timesUs[row] as number,
        columns.numbers[row] as number,
        columns.others[row] as string | null,
      )
    }
  }

  /** Keeps the arrays' memory, because each message would allocate it again, unless it is much. */
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
