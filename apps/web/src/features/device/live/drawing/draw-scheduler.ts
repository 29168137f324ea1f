import type { Span } from '../telemetry/span'

/** A picture that all rows show together. */
export interface ChartFrame extends Span {
  /** The crosshair position set by keys; null leaves it to the mouse. */
  crosshair: number | null
}

/** Draws itself for a frame; skipped while it is out of sight. */
export interface DrawnRow {
  isInSight(): boolean
  draw(frame: ChartFrame): void
}

/** With longer drawing in one frame, the page would stutter. */
const BUDGET_MS = 8
const MOST_ROWS = 64
/** On a slow page, one row in every other frame. */
const LEAST_ROWS = 0.5
/**
 * A frame that took longer, painting included, was long, and its rows share it with those that follow: busy processors make
 * several times as much of it. One that took this much longer was too long, whatever the rows have to wait for.
 */
const [LONG_MS, TOO_LONG_MS] = [8, 16]
/** In the shortest window a picture moves by less than a pixel meanwhile. */
const FRAMES_SHARED = 3
/** This few rows are always drawn together: they cost little beside the frame itself. */
const FEW_ROWS = 6
/** How quickly more are tried again, each frame: after long ones, and where there is room for them. */
const [MORE_ROWS, MANY_MORE] = [0.25, 1.5]
/** A frame that took less has room for more than a part of the picture. */
const LIGHT_MS = 4

/** Draws rows, as many in one animation frame as it can bear; the others follow in the next, for the same span. */
export class DrawScheduler {
  readonly #rows = new Set<DrawnRow>()
  #left: DrawnRow[] = []
  #frame: ChartFrame | null = null
  #revision = 0
  #rowsAtOnce = MOST_ROWS
  /** Rows that may be drawn now; a part of one is saved up for the next frame. */
  #allowance = 0
  #lastDrawn = 0
  /** The number of rows in sight. */
  #inSight = 0

  /** Changes when rows come or come into sight: they have to be drawn though nothing else has changed. */
  get revision(): number {
    return this.#revision
  }

  add(row: DrawnRow): () => void {
    this.#rows.add(row)
    this.touch()
    return () => this.#rows.delete(row)
  }

  touch(): void {
    this.#revision += 1
  }

  /**
   * Painting takes time too, which only shows once a frame is over: after one that took long fewer rows are drawn in each,
   * then more again.
   */
  adapt(costMs: number): void {
    // A frame without drawing took long for another reason.
    if (this.#lastDrawn === 0) return
    this.#rowsAtOnce = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, this.#nextRows(costMs)))
  }

  #nextRows(costMs: number): number {
    const halved = Math.min(this.#rowsAtOnce, this.#lastDrawn) / 2
    if (costMs > TOO_LONG_MS) return halved
    const enough = this.#inSight > FEW_ROWS ? this.#inSight / FRAMES_SHARED : this.#inSight
    if (costMs > LONG_MS && this.#rowsAtOnce > enough) return Math.max(halved, enough)
    const roomMs = this.#rowsAtOnce < enough ? LONG_MS : LIGHT_MS
    if (costMs <= roomMs) return this.#rowsAtOnce * MANY_MORE + MORE_ROWS
    return this.#rowsAtOnce < enough ? this.#rowsAtOnce + MORE_ROWS : this.#rowsAtOnce
  }

  /** Begins with a new picture. */
  begin(frame: ChartFrame): void {
    this.#frame = frame
    this.#left = [...this.#rows]
    this.#inSight = this.#left.filter((row) => row.isInSight()).length
  }

  /** Draws everything for the last span, also what is out of sight, as long as it takes. */
  all(): void {
    this.#left = []
    if (this.#frame !== null) for (const row of this.#rows) row.draw(this.#frame)
  }

  /** Draws what is left of it; true when that was all. */
  run(clock: () => number = () => performance.now()): boolean {
    const startedAt = clock()
    this.#allowance = (this.#allowance % 1) + this.#rowsAtOnce
    this.#lastDrawn = 0
    while (this.#allowance >= 1 && clock() - startedAt <= BUDGET_MS) {
      const row = this.#left.shift()
      if (row === undefined) break
      if (this.#frame === null || !this.#rows.has(row) || !row.isInSight()) continue
      row.draw(this.#frame)
      this.#lastDrawn += 1
      this.#allowance -= 1
    }
    return this.#left.length === 0
  }
}
