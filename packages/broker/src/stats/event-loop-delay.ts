import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { EventLoopDelays } from '../interface/broker.js'

/** Measures how late the event loop of this process is: work that blocks it delays every client. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs })
  #previous: EventLoopDelays = none

  start(): void {
    this.#histogram.enable()
  }

  stop(): void {
    this.#histogram.disable()
  }

  /** Begins a new period; the previous one still counts in `recent`. */
  rotate(): void {
    this.#previous = this.#current
    this.#histogram.reset()
  }

  /** The worse of the current and the previous period. */
  get recent(): EventLoopDelays {
    const { p50Ms, p99Ms, maxMs } = this.#current
    const previous = this.#previous
    return {
      p50Ms: Math.max(p50Ms, previous.p50Ms),
      p99Ms: Math.max(p99Ms, previous.p99Ms),
      maxMs: Math.max(maxMs, previous.maxMs),
    }
  }

  get #current(): EventLoopDelays {
    const histogram = this.#histogram
    if (histogram.count === 0) return none
    return {
      p50Ms: lateMs(histogram.percentile(50)),
      p99Ms: lateMs(histogram.percentile(99)),
      maxMs: lateMs(histogram.max),
    }
  }
}

const resolutionMs = 10
const none = { p50Ms: 0, p99Ms: 0, maxMs: 0 }

/** The histogram measures from one tick to the next, so the tick's own length is taken off. */
function lateMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs)
}
