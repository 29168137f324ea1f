/**
 * Samples as columns: one array for each field and no object for each value, which the garbage collector would have
 * to follow. Index by index the four belong together.
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

  get length(): number {
    return this.names.length
  }

  push(name: string, timeUs: number, number: number, other: string | null): void {
    this.names.push(name)
    this.timesUs.push(timeUs)
    this.numbers.push(number)
    this.others.push(other)
  }

  /** Takes over the rows, not where their records end. */
  append(columns: Columns): void {
    for (let row = 0; row < columns.length; row++) {
      this.names.push(columns.names[row] as string)
      this.timesUs.push(columns.timesUs[row] as number)
      this.numbers.push(columns.numbers[row] as number)
      this.others.push(columns.others[row] as string | null)
    }
  }

  clear(): void {
    this.names.length = 0
    this.timesUs.length = 0
    this.numbers.length = 0
    this.others.length = 0
    this.recordEnds.length = 0
  }
}
