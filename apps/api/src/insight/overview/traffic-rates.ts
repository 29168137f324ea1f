import type { TrafficPoint } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { wallTimeOf } from '../../foundation/times/wall-time.js'
import { Traffic } from '../../telemetry/ingest/traffic.js'

interface Rates {
  messagesPerSecond: number
  samplesPerSecond: number
}

interface Course {
  /** Totals at the last tick, and at the end of the last point. */
  tick: Totals
  point: Totals
  rates: Rates
  points: Point[]
}

interface Point extends Rates {
  atMs: number
}

interface Totals {
  /** Of the monotonic clock: the other can be set back. */
  atMs: number
  messages: number
  samples: number
}

const tickMs = 1_000
const pointMs = 5_000
const keptMs = 10 * 60_000
const silent: Rates = { messagesPerSecond: 0, samplesPerSecond: 0 }

/** Messages and samples per second of each organization that is heard: now, and over the last ten minutes. */
@Injectable()
export class TrafficRates {
  private readonly courses = new Map<number, Course>()

  constructor(private readonly traffic: Traffic) {}

  /** To be called once a second. */
  tick(atMs = performance.now()): void {
    for (const organizationId of this.traffic.organizations()) {
      const totals = { atMs, ...this.traffic.totals(organizationId) }
      const course = this.courses.get(organizationId) ?? begin(atMs - tickMs)
      this.courses.set(organizationId, course)
      course.rates = between(course.tick, totals)
      course.tick = totals
      if (atMs - course.point.atMs < pointMs) continue
      course.points.push({ atMs, ...between(course.point, totals) })
      course.point = totals
      while (atMs - (course.points[0]?.atMs ?? atMs) > keptMs) course.points.shift()
    }
  }

  now(organizationId: number): Rates {
    return this.courses.get(organizationId)?.rates ?? silent
  }

  /** Ascending. */
  history(organizationId: number, atMs = performance.now(), nowMs = Date.now()): TrafficPoint[] {
    const points = this.courses.get(organizationId)?.points ?? []
    return points.map(({ atMs: thenMs, ...rates }) => ({ ts: wallTimeOf(thenMs, atMs, nowMs), ...rates }))
  }
}

/** Whoever was not heard at the last tick had sent nothing by then. */
function begin(atMs: number): Course {
  const nothing = { atMs, messages: 0, samples: 0 }
  return { tick: nothing, point: nothing, rates: silent, points: [] }
}

function between(from: Totals, to: Totals): Rates {
  const seconds = Math.max(to.atMs - from.atMs, 1) / 1_000
  const rate = (count: number) => Math.round((count / seconds) * 10) / 10
  return {
    messagesPerSecond: rate(to.messages - from.messages),
    samplesPerSecond: rate(to.samples - from.samples),
  }
}
