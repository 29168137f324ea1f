import type { TrafficPoint } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { epochMsOf } from '../../foundation/times/monotonic-time.js'
import { Traffic } from '../../telemetry/ingest/traffic.js'

interface Rates {
  messagesPerSecond: number
  samplesPerSecond: number
}

interface Recording {
  totalsAtTick: Totals
  totalsAtPoint: Totals
  /** Of the last second. */
  rates: Rates
  /** Means of five seconds. */
  points: Point[]
}

interface Point extends Rates {
  atMs: number
}

interface Totals {
  /** A time of the monotonic clock, as the system's can be set back. */
  atMs: number
  messages: number
  samples: number
}

const tickMs = 1_000
const pointMs = 5_000
const keptMs = 10 * 60_000
const noTraffic: Rates = { messagesPerSecond: 0, samplesPerSecond: 0 }

/** Messages and samples per second of each organization: now, and over the last ten minutes. */
@Injectable()
export class TrafficRates {
  private readonly recordings = new Map<number, Recording>()

  constructor(private readonly traffic: Traffic) {}

  /** Call it once a second. */
  tick(atMs = performance.now()): void {
    for (const organizationId of this.traffic.organizations()) {
      const totals = { atMs, ...this.traffic.totals(organizationId) }
      const recording = this.recordings.get(organizationId) ?? newRecording(atMs - tickMs)
      this.recordings.set(organizationId, recording)
      recording.rates = ratesBetween(recording.totalsAtTick, totals)
      recording.totalsAtTick = totals
      if (atMs - recording.totalsAtPoint.atMs < pointMs) continue
      recording.points.push({ atMs, ...ratesBetween(recording.totalsAtPoint, totals) })
      recording.totalsAtPoint = totals
      while (atMs - (recording.points[0]?.atMs ?? atMs) > keptMs) recording.points.shift()
    }
  }

  now(organizationId: number): Rates {
    return this.recordings.get(organizationId)?.rates ?? noTraffic
  }

  /** Means of five seconds, in ascending order of time. */
  history(organizationId: number, atMs = performance.now(), nowMs = Date.now()): TrafficPoint[] {
    const points = this.recordings.get(organizationId)?.points ?? []
    return points.map(({ atMs: pointAtMs, ...rates }) => ({
      ts: epochMsOf(pointAtMs, atMs, nowMs),
      ...rates,
    }))
  }
}

/** An organization that is new at this tick had sent nothing at the tick before. */
function newRecording(atMs: number): Recording {
  const zero = { atMs, messages: 0, samples: 0 }
  return { totalsAtTick: zero, totalsAtPoint: zero, rates: noTraffic, points: [] }
}

function ratesBetween(from: Totals, to: Totals): Rates {
  const seconds = Math.max(to.atMs - from.atMs, 1) / 1_000
  const rate = (count: number) => Math.round((count / seconds) * 10) / 10
  return {
    messagesPerSecond: rate(to.messages - from.messages),
    samplesPerSecond: rate(to.samples - from.samples),
  }
}
