import type { Span } from '../telemetry/span'
import { type ChartRange, longestMs, shortestMs } from './chart-range'

/** Near the right end of a followed picture, zooming keeps following. */
const AT_EDGE = 0.04

/** The time range of all charts of a page. A followed range ends now; a fixed one does not move. */
export class ChartView {
  #range: ChartRange
  #homeMs: number
  #chosen: boolean
  #revision = 0
  readonly #listeners = new Set<() => void>()

  /** `edge` gives the right end while following (epoch milliseconds). */
  constructor(
    range: ChartRange | null,
    private readonly edge: () => number,
    suggestedMs: number,
  ) {
    this.#chosen = range !== null
    this.#range = range ?? { follow: true, spanMs: suggestedMs }
    this.#homeMs = this.#range.follow ? this.#range.spanMs : suggestedMs
  }

  get revision(): number {
    return this.#revision
  }

  /** False until a person, or the page's address, has said what to show. */
  get chosen(): boolean {
    return this.#chosen
  }

  readonly range = (): ChartRange => this.#range

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  span(): Span {
    const range = this.#range
    if (!range.follow) return { min: range.from, max: range.to }
    const max = this.edge()
    return { min: max - range.spanMs, max }
  }

  /** Shows a span; one that reaches to now, or beyond, is followed from then on. */
  show({ min, max }: Span): void {
    const spanMs = Math.min(longestMs, Math.max(shortestMs, max - min))
    const from = Math.max(0, (min + max - spanMs) / 2)
    this.#set(max >= this.edge() ? { follow: true, spanMs } : { follow: false, from, to: from + spanMs })
  }

  /** Follows, with the span that is shown or another one, which is then what `reset` goes back to. */
  follow(spanMs?: number): void {
    if (spanMs !== undefined) this.#homeMs = spanMs
    const { min, max } = this.span()
    this.#set({ follow: true, spanMs: spanMs ?? max - min })
  }

  reset(): void {
    this.#set({ follow: true, spanMs: this.#homeMs })
  }

  /** Shows `factor` times as much around a moment; around now when none is given and now is in sight. */
  zoom(factor: number, around?: number): void {
    const { min, max } = this.span()
    const spanMs = Math.min(longestMs, Math.max(shortestMs, (max - min) * factor))
    const atEdge = around === undefined || (max - around) / (max - min) < AT_EDGE
    if (this.#range.follow && atEdge) {
      this.#set({ follow: true, spanMs })
      return
    }
    const anchor = around ?? (min + max) / 2
    const from = anchor - ((anchor - min) / (max - min)) * spanMs
    this.show({ min: from, max: from + spanMs })
  }

  /** Moves by so much, to later when positive; never past now. */
  pan(byMs: number): void {
    const { min, max } = this.span()
    this.show({ min: min + byMs, max: max + byMs })
  }

  /** Sets the range while no person has chosen one. */
  suggest(spanMs: number): void {
    if (this.#chosen || (this.#range.follow && this.#range.spanMs === spanMs)) return
    this.#homeMs = spanMs
    this.#change({ follow: true, spanMs })
  }

  #set(range: ChartRange): void {
    this.#chosen = true
    this.#change(range)
  }

  #change(range: ChartRange): void {
    this.#range = range
    this.#revision += 1
    for (const listener of this.#listeners) listener()
  }
}
