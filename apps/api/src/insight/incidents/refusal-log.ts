import type { Refusal, RefusalCount } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { epochMsOf } from '../../foundation/times/monotonic-time.js'
import { SlidingCount } from './sliding-count.js'

export interface RecordedRefusal {
  /** A code of a notice, or of the broker's list of reasons. */
  code: string
  device?: string | undefined
  topic?: string | undefined
  detail?: string | undefined
  /** How many messages it stands for; 1 when absent. */
  count?: number | undefined
}

interface Entry extends RecordedRefusal {
  count: number
  /** A time of the monotonic clock, as the system's can be set back. */
  sinceMs: number
  lastMs: number
}

interface Organization {
  counts: Map<string, SlidingCount>
  entries: Map<string, Entry>
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const maxEntries = 50
const maxTextLength = 256

/** The refusals of the last hour, in memory. Equal refusals are one entry, so that many of them need no more memory. */
@Injectable()
export class RefusalLog {
  private readonly organizations = new Map<number, Organization>()

  record(organizationId: number, refusal: RecordedRefusal, atMs = performance.now()): void {
    const { counts, entries } = this.of(organizationId)
    const { code, device, topic, detail, count = 1 } = refusal
    const ofCode = counts.get(code) ?? new SlidingCount(hourMs)
    counts.set(code, ofCode)
    ofCode.add(count, atMs)

    const key = `${code} ${device ?? ''} ${shorten(topic) ?? ''}`
    const known = entries.get(key)
    // Deleted and set again, so that the map is in the order of the last times.
    entries.delete(key)
    const isNew = known === undefined || atMs - known.lastMs > hourMs
    entries.set(key, {
      code,
      device,
      topic: shorten(topic),
      detail: shorten(detail),
      count: (isNew ? 0 : known.count) + count,
      sinceMs: isNew ? atMs : known.sinceMs,
      lastMs: atMs,
    })
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? '')
  }

  /** Counts by code, the most frequent first. */
  counts(organizationId: number, atMs = performance.now()): RefusalCount[] {
    const counts = [...(this.organizations.get(organizationId)?.counts ?? [])].map(([code, count]) => ({
      code,
      lastMinute: count.sum(minuteMs, atMs),
      lastHour: count.sum(hourMs, atMs),
    }))
    return counts.filter(({ lastHour }) => lastHour > 0).sort((a, b) => b.lastHour - a.lastHour)
  }

  /** The refusals, newest first. */
  recent(organizationId: number, atMs = performance.now(), nowMs = Date.now()): Refusal[] {
    const iso = (monotonicMs: number) => new Date(epochMsOf(monotonicMs, atMs, nowMs)).toISOString()
    const entries = [...(this.organizations.get(organizationId)?.entries.values() ?? [])]
    return entries
      .filter(({ lastMs }) => atMs - lastMs <= hourMs)
      .reverse()
      .map(({ code, device = null, topic = null, detail = null, count, sinceMs, lastMs }) => ({
        code,
        device,
        topic,
        detail,
        count,
        since: iso(sinceMs),
        ts: iso(lastMs),
      }))
  }

  private of(organizationId: number): Organization {
    const known = this.organizations.get(organizationId)
    if (known !== undefined) return known
    const organization = { counts: new Map(), entries: new Map() }
    this.organizations.set(organizationId, organization)
    return organization
  }
}

function shorten(text: string | undefined): string | undefined {
  return text === undefined || text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`
}
