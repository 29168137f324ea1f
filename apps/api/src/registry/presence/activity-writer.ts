import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'

/** How often a device that is heard all the time is written. */
const writeIntervalMs = 1_000
const answerTimeoutMs = 10_000
const closeTimeoutMs = 1_000

/** What the newest time in a message says about the clock of its device. */
export interface ClockReading {
  /** How far it was ahead of ours. */
  skewMs: number
  /** Whether it was the time of a clock that is not set. */
  notSet: boolean
}

/** When a device was last heard, and its clock then; null: its message had no time. */
export interface Heard {
  deviceKey: number
  atMs: number
  clock: ClockReading | null
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

  /** Notes that a device was heard just now, and its clock. */
  touch(deviceKey: number, clock: ClockReading | null = null): void {
    const pending = this.#of(deviceKey)
    pending.heard = true
    pending.atMs = this.now()
    if (clock !== null) pending.clock = clock
    this.#writer.notify()
  }

  /** Notes the time in a message that does not count as heard, as it was refused. */
  noteClock(deviceKey: number, clock: ClockReading): void {
    this.#of(deviceKey).clock = clock
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
      claimed.push({ deviceKey, atMs: pending.atMs, clock: pending.clock })
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
    const pending = { deviceKey, atMs: this.now(), clock: null, dropped: 0, heard: false }
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
        batch.map(({ clock }) => clock && Math.round(clock.skewMs)),
        batch.map(({ clock }) => clock?.notSet ?? null),
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

/** A message without a time says nothing about the clock of its device. */
export const keepClock = `clock_skew_ms = COALESCE(excluded.clock_skew_ms, stored.clock_skew_ms),
    clock_not_set = CASE WHEN excluded.clock_skew_ms IS NULL THEN stored.clock_not_set ELSE excluded.clock_not_set END`

const statement = `
INSERT INTO device_activity AS stored (device_key, last_message_at, clock_skew_ms, clock_not_set, dropped_messages)
SELECT pending.device_key, to_timestamp(pending.at_ms / 1000), pending.skew_ms, COALESCE(pending.not_set, false), pending.dropped
FROM unnest($1::int[], $2::float8[], $3::bigint[], $4::bool[], $5::bigint[])
  AS pending (device_key, at_ms, skew_ms, not_set, dropped)
JOIN device ON device.key = pending.device_key
ORDER BY pending.device_key
ON CONFLICT (device_key) DO UPDATE
SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at),
  ${keepClock},
  dropped_messages = stored.dropped_messages + excluded.dropped_messages`
