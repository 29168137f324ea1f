import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop was, in milliseconds. */
export interface EventLoopDelays {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/** Measures how late the event loop of this process is: what it does at a time holds up every client. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs })
  #before: EventLoopDelays = none

  start(): void {
    this.#histogram.enable()
  }

  stop(): void {
    this.#histogram.disable()
  }

  /** Begins a new period; the one before still counts. */
  rotate(): void {
    this.#before = this.#current
    this.#histogram.reset()
  }

  /** The worse of this period and the one before. */
  get recent(): EventLoopDelays {
    const { p50Ms, p99Ms, maxMs } = this.#current
    const before = this.#before
    return {
      p50Ms: Math.max(p50Ms, before.p50Ms),
      p99Ms: Math.max(p99Ms, before.p99Ms),
      maxMs: Math.max(maxMs, before.maxMs),
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

/** What is measured is from one tick to the next. */
function lateMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs)
}
