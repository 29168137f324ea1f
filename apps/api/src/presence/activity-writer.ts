import type { Pool } from 'pg'

/** A device that is heard all the time is written this often. */
const writeIntervalMs = 1_000
const answerTimeoutMs = 10_000

/**
 * Keeps `device_activity.last_message_at` current without a write per message. The ingest takes what is due along
 * with its batch, so that after an acknowledgement the time is there; the rest follows within a second.
 */
export class ActivityWriter {
  readonly #pending = new Map<number, number>()
  readonly #writtenAtMs = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(
    private readonly pool: Pool,
    private readonly onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Notes that a device was heard just now. */
  touch(deviceKey: number): void {
    this.#pending.set(deviceKey, this.now())
    this.#schedule()
  }

  /** Of these devices, those not written in the last interval, with the time to write. */
  claim(deviceKeys: readonly number[]): ReadonlyMap<number, number> {
    const dueBefore = this.now() - writeIntervalMs
    const claimed = new Map<number, number>()
    for (const deviceKey of deviceKeys) {
      const heardAt = this.#pending.get(deviceKey)
      if (heardAt === undefined || (this.#writtenAtMs.get(deviceKey) ?? 0) > dueBefore) continue
      claimed.set(deviceKey, heardAt)
    }
    return claimed
  }

  /** Says that claimed times are in the database. */
  written(claimed: ReadonlyMap<number, number>): void {
    for (const [deviceKey, atMs] of claimed) {
      this.#writtenAtMs.set(deviceKey, atMs)
      if (this.#pending.get(deviceKey) === atMs) this.#pending.delete(deviceKey)
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

  async #write(): Promise<void> {
    this.#forgetQuietDevices()
    const entries = new Map([...this.#pending].sort(([a], [b]) => a - b))
    if (entries.size === 0) return
    try {
      await this.pool.query({
        text: statement,
        values: [[...entries.keys()], [...entries.values()]],
        ...{ query_timeout: answerTimeoutMs },
      })
      this.written(entries)
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
INSERT INTO device_activity AS stored (device_key, last_message_at)
SELECT heard.device_key, to_timestamp(heard.at_ms / 1000)
FROM unnest($1::int[], $2::float8[]) AS heard (device_key, at_ms)
JOIN device ON device.key = heard.device_key
ORDER BY heard.device_key
ON CONFLICT (device_key) DO UPDATE
SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at)`
