import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'

/** How often a device that is heard all the time is written. */
const writeIntervalMs = 1_000
const answerTimeoutMs = 10_000
const closeTimeoutMs = 1_000
const largestSkewMs = 2_147_483_647

/** When a device was last heard, and how far its clock was ahead of ours then; null: its message had no time. */
export interface Heard {
  deviceKey: number
  atMs: number
  skewMs: number | null
}

interface Pending extends Heard {
  dropped: number
  heard: boolean
}

/**
 * Keeps `device_activity` current without a write per message. The ingest takes what is due along with its batch, so
 * that after an acknowledgement the time is there; the rest follows within a second.
 */
export class ActivityWriter {
  readonly #pending = new Map<number, Pending>()
  readonly #writtenAtMs = new Map<number, number>()
  readonly #writer: BatchWriter<Pending[]>
  #abandoned = false

  constructor(
    private readonly pool: Pool,
    onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#writer = new BatchWriter({
      flushIntervalMs: writeIntervalMs,
      take: () => this.#take(),
      write: (batch) => this.#write(batch),
      onFailure: (error) => {
        onError(error)
        return 'retry'
      },
      onAbandoned: () => {
        this.#abandoned = true
      },
    })
  }

  /** Notes that a device was heard just now, and by how much its own time was ahead of ours. */
  touch(deviceKey: number, skewMs: number | null = null): void {
    const pending = this.#of(deviceKey)
    pending.heard = true
    pending.atMs = this.now()
    if (skewMs !== null) pending.skewMs = bounded(skewMs)
    this.#writer.notify()
  }

  /** Notes by how much the time in a message was ahead of ours that does not count as heard, as it was refused. */
  noteSkew(deviceKey: number, skewMs: number): void {
    this.#of(deviceKey).skewMs = bounded(skewMs)
    this.#writer.notify()
  }

  /** Notes that a message of the device was not stored. */
  countDropped(deviceKey: number): void {
    this.#of(deviceKey).dropped += 1
  }

  /** What is to be written of these devices; those that were written in the last interval are left out. */
  claim(deviceKeys: readonly number[]): Heard[] {
    const dueBefore = this.now() - writeIntervalMs
    const claimed: Heard[] = []
    for (const deviceKey of deviceKeys) {
      const pending = this.#pending.get(deviceKey)
      if (!pending?.heard || (this.#writtenAtMs.get(deviceKey) ?? 0) > dueBefore) continue
      claimed.push({ deviceKey, atMs: pending.atMs, skewMs: pending.skewMs })
    }
    return claimed
  }

  /** Notes that what was claimed is in the database. */
  written(claimed: readonly Heard[]): void {
    for (const { deviceKey, atMs } of claimed) {
      this.#writtenAtMs.set(deviceKey, atMs)
      const pending = this.#pending.get(deviceKey)
      if (pending?.atMs !== atMs) continue
      pending.heard = false
      this.#uncount(deviceKey, 0)
    }
  }

  /** Writes all that is pending. */
  async close(): Promise<void> {
    await this.#writer.close(closeTimeoutMs)
  }

  #of(deviceKey: number): Pending {
    const known = this.#pending.get(deviceKey)
    if (known !== undefined) return known
    const pending = { deviceKey, atMs: this.now(), skewMs: null, dropped: 0, heard: false }
    this.#pending.set(deviceKey, pending)
    this.#writer.notify()
    return pending
  }

  #uncount(deviceKey: number, dropped: number): void {
    const pending = this.#pending.get(deviceKey)
    if (pending === undefined) return
    pending.dropped -= dropped
    if (!pending.heard && pending.dropped === 0) this.#pending.delete(deviceKey)
  }

  /** Copies what is pending, which may change while it is written. What is claimed meanwhile is written twice at worst. */
  #take(): Pending[] | null {
    this.#forgetQuietDevices()
    if (this.#abandoned || this.#pending.size === 0) return null
    return [...this.#pending.values()].map((pending) => ({ ...pending }))
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    await this.pool.query({
      text: statement,
      values: [
        batch.map(({ deviceKey }) => deviceKey),
        batch.map(({ heard, atMs }) => (heard ? atMs : null)),
        batch.map(({ skewMs }) => skewMs),
        batch.map(({ dropped }) => dropped),
      ],
      ...{ query_timeout: answerTimeoutMs },
    })
    for (const { deviceKey, dropped } of batch) this.#uncount(deviceKey, dropped)
    this.written(batch.filter(({ heard }) => heard))
  }

  #forgetQuietDevices(): void {
    const dueBefore = this.now() - writeIntervalMs
    for (const [deviceKey, atMs] of this.#writtenAtMs) {
      if (atMs <= dueBefore) this.#writtenAtMs.delete(deviceKey)
    }
  }
}

function bounded(skewMs: number): number {
  return Math.max(-largestSkewMs, Math.min(largestSkewMs, Math.round(skewMs)))
}

const statement = `
INSERT INTO device_activity AS stored (device_key, last_message_at, clock_skew_ms, dropped_messages)
SELECT pending.device_key, to_timestamp(pending.at_ms / 1000), pending.skew_ms, pending.dropped
FROM unnest($1::int[], $2::float8[], $3::int[], $4::bigint[]) AS pending (device_key, at_ms, skew_ms, dropped)
JOIN device ON device.key = pending.device_key
ORDER BY pending.device_key
ON CONFLICT (device_key) DO UPDATE
SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at),
  clock_skew_ms = COALESCE(excluded.clock_skew_ms, stored.clock_skew_ms),
  dropped_messages = stored.dropped_messages + excluded.dropped_messages`
