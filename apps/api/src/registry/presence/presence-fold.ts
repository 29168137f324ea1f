import type { PresenceChange } from './presence-tracker.js'

/** A change as the history has it. */
export interface RecordedChange extends PresenceChange {
  /** How many changes right before this one have no row of their own. */
  foldedChanges: number
}

interface Minute {
  endsAtMs: number
  rows: number
  /** The last change that has no row yet, for which it may stand with others. */
  folded: RecordedChange | null
}

const minuteMs = 60_000

/**
 * Bounds the rows that a device adds to its history within a minute: the changes past the bound are folded into one row,
 * the last of them with the count of those before, which is recorded when the minute is over.
 */
export class PresenceFold {
  readonly #minutes = new Map<number, Minute>()

  constructor(
    private readonly rowsPerMinute: number,
    private readonly record: (deviceKey: number, change: RecordedChange) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Records a change, or folds it. Returns whether it was recorded. */
  note(deviceKey: number, change: PresenceChange): boolean {
    const minute = this.#minuteOf(deviceKey)
    if (minute.rows < this.rowsPerMinute) {
      minute.rows += 1
      this.record(deviceKey, { ...change, foldedChanges: 0 })
      return true
    }
    const { folded } = minute
    minute.folded = {
      ...change,
      takeOvers: change.takeOvers + (folded?.takeOvers ?? 0),
      foldedChanges: folded === null ? 0 : folded.foldedChanges + 1,
    }
    return false
  }

  /** Records what was folded in minutes that are over. */
  flush(): void {
    for (const [deviceKey, minute] of this.#minutes)
      if (this.now() >= minute.endsAtMs) this.#end(deviceKey, minute)
  }

  /** Records all that was folded. */
  close(): void {
    for (const [deviceKey, minute] of this.#minutes) this.#end(deviceKey, minute)
  }

  #minuteOf(deviceKey: number): Minute {
    const known = this.#minutes.get(deviceKey)
    if (known !== undefined && this.now() < known.endsAtMs) return known
    if (known !== undefined) this.#end(deviceKey, known)
    const minute = { endsAtMs: this.now() + minuteMs, rows: 0, folded: null }
    this.#minutes.set(deviceKey, minute)
    return minute
  }

  #end(deviceKey: number, { folded }: Minute): void {
    this.#minutes.delete(deviceKey)
    if (folded !== null) this.record(deviceKey, folded)
  }
}
