import type { Pool } from 'pg'

/** A device that is heard all the time is written this often. */
const writeIntervalMs = 1_000
const answerTimeoutMs = 10_000
const largestSkewMs = 2_147_483_647

/** When a device was heard last, and how far its clock then was ahead of ours; null: it said no time. */
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
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(
    private readonly pool: Pool,
    private readonly onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Notes that a device was heard just now, and by how much its own time was ahead of ours. */
  touch(deviceKey: number, skewMs: number | null = null): void {
    const pending = this.#of(deviceKey)
    pending.heard = true
    pending.atMs = this.now()
    if (skewMs !== null)
      pending.skewMs = Math.max(-largestSkewMs, Math.min(largestSkewMs, Math.round(skewMs)))
    this.#schedule()
  }

  /** Notes that a message of the device was not stored. */
  countDropped(deviceKey: number): void {
    this.#of(deviceKey).dropped += 1
  }

  /** Of these devices, those not written in the last interval, with what to write. */
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

  /** Says that what was claimed is in the database. */
  written(claimed: readonly Heard[]): void {
    for (const { deviceKey, atMs } of claimed) {
      this.#writtenAtMs.set(deviceKey, atMs)
      const pending = this.#pending.get(deviceKey)
      if (pending?.atMs !== atMs) continue
      pending.heard = false
      this.#uncount(deviceKey, 0)
    }
  }

  /** Writes all that is pending. A failure leaves it pending. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    await this.#writing
  }

  /** Tries a last time. */
  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
  }

  #of(deviceKey: number): Pending {
    const known = this.#pending.get(deviceKey)
    if (known !== undefined) return known
    const pending = { deviceKey, atMs: this.now(), skewMs: null, dropped: 0, heard: false }
    this.#pending.set(deviceKey, pending)
    this.#schedule()
    return pending
  }

  #uncount(deviceKey: number, dropped: number): void {
    const pending = this.#pending.get(deviceKey)
    if (pending === undefined) return
    pending.dropped -= dropped
    if (!pending.heard && pending.dropped === 0) this.#pending.delete(deviceKey)
  }

  async #write(): Promise<void> {
    this.#forgetQuietDevices()
    const entries = [...this.#pending.values()].map((entry) => ({ ...entry }))
    if (entries.length === 0) return
    try {
      await this.pool.query({
        text: statement,
        values: [
          entries.map(({ deviceKey }) => deviceKey),
          entries.map(({ heard, atMs }) => (heard ? atMs : null)),
          entries.map(({ skewMs }) => skewMs),
          entries.map(({ dropped }) => dropped),
        ],
        ...{ query_timeout: answerTimeoutMs },
      })
      for (const { deviceKey, dropped } of entries) this.#uncount(deviceKey, dropped)
      this.written(entries.filter(({ heard }) => heard))
      if (this.#pending.size > 0) this.#schedule()
    } catch (error) {
      this.onError(error)
      this.#schedule()
    }
  }

  #schedule(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), writeIntervalMs)
  }

  #forgetQuietDevices(): void {
    const dueBefore = this.now() - writeIntervalMs
    for (const [deviceKey, atMs] of this.#writtenAtMs) {
      if (atMs <= dueBefore) this.#writtenAtMs.delete(deviceKey)
    }
  }
}

const statement = `
INSERT INTO device_activity AS stored (device_key, last_message_at, clock_skew_ms, dropped_messages)
SELECT said.device_key, to_timestamp(said.at_ms / 1000), said.skew_ms, said.dropped
FROM unnest($1::int[], $2::float8[], $3::int[], $4::bigint[]) AS said (device_key, at_ms, skew_ms, dropped)
JOIN device ON device.key = said.device_key
ORDER BY said.device_key
ON CONFLICT (device_key) DO UPDATE
SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at),
  clock_skew_ms = COALESCE(excluded.clock_skew_ms, stored.clock_skew_ms),
  dropped_messages = stored.dropped_messages + excluded.dropped_messages`
