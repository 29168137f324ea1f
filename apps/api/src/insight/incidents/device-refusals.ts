import type { Refused } from '../../foundation/events/platform-events.js'
import { SlidingCount } from './sliding-count.js'

/** A refusal as it is recorded for an organization. */
export type RecordedRefusal = Omit<Refused, 'organizationId'>

/** Equal refusals. Times are of the monotonic clock, as the system's can be set back. */
export interface RefusalEntry extends Omit<RecordedRefusal, 'count'> {
  count: SlidingCount
  /** The number of the newest of them. */
  order: number
  sinceMs: number
  lastMs: number
}

/** Different refusals that are kept of one device; of more, the oldest are forgotten. */
export const maxEntriesPerDevice = 20

export const hourMs = 60 * 60_000
const bucketMs = 60_000
const maxTextLength = 256

/** A count of the last hour. All have the same buckets, so that the counts of the parts add up to that of the whole. */
export function hourCount(): SlidingCount {
  return new SlidingCount(hourMs, bucketMs)
}

/** The refusals of one device in the last hour. Equal ones are one entry. */
export class DeviceRefusals {
  /** In the order of their last times. */
  readonly #entries = new Map<string, RefusalEntry>()
  lastMs = 0

  get size(): number {
    return this.#entries.size
  }

  /** Records one. Returns by how much the number of entries changed. */
  record(refusal: RecordedRefusal, order: number, atMs: number): number {
    const { code, device, count = 1 } = refusal
    const [topic, detail, remoteAddress] = [refusal.topic, refusal.detail, refusal.remoteAddress].map(shorten)
    const before = this.size
    const key = `${code} ${topic ?? ''}`
    const known = this.#entries.get(key)
    const isNew = known === undefined || atMs - known.lastMs > hourMs
    const entry = isNew ? { count: hourCount(), sinceMs: atMs } : known
    entry.count.add(count, atMs)
    this.#entries.delete(key)
    this.#entries.set(key, {
      code,
      device,
      topic,
      detail,
      remoteAddress: remoteAddress ?? (isNew ? undefined : known.remoteAddress),
      count: entry.count,
      order,
      sinceMs: entry.sinceMs,
      lastMs: atMs,
    })
    this.lastMs = atMs
    if (this.size > maxEntriesPerDevice) this.#entries.delete(this.#entries.keys().next().value ?? '')
    return this.size - before
  }

  /** Those that still count, newest first. */
  list(atMs: number): RefusalEntry[] {
    return [...this.#entries.values()].filter(({ count }) => count.sum(hourMs, atMs) > 0).reverse()
  }
}

function shorten(text: string | undefined): string | undefined {
  return text === undefined || text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`
}
