import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { PresenceState } from './presence-tracker.js'

/** Changes that may wait for the database. Beyond, the oldest are left out of the history. */
const longestQueue = 200_000
const rowsPerWrite = 5_000
const longestDelayMs = 1_000

interface Change extends PresenceState {
  deviceKey: number
}

/**
 * Writes changes of presence in batches, in order, and keeps trying while the database is away. The rows follow what
 * was said over MQTT; they never hold it up.
 */
export class PresenceWriter {
  #queue: Change[] = []
  #running: Promise<void> | null = null
  #stopped = false

  constructor(
    private readonly pool: Pool,
    private readonly onError: (error: unknown) => void,
  ) {}

  push(deviceKey: number, state: PresenceState): void {
    if (this.#queue.length >= longestQueue) this.#queue = this.#queue.slice(longestQueue / 2)
    this.#queue.push({ deviceKey, ...state })
    this.#running ??= this.#drain()
  }

  /** Settles when all is written, or after the time-out. */
  async close(timeoutMs: number): Promise<void> {
    const impatience = setTimeout(() => {
      this.#stopped = true
    }, timeoutMs)
    await this.#running
    clearTimeout(impatience)
  }

  async #drain(): Promise<void> {
    // Lets what happens in the same turn, as when a listener goes down, share one write.
    await sleep(5)
    for (let failures = 0; this.#queue.length > 0 && !this.#stopped; ) {
      const batch = this.#queue.slice(0, rowsPerWrite)
      try {
        await this.#write(batch)
        this.#queue = this.#queue.slice(batch.length)
        failures = 0
      } catch (error) {
        this.onError(error)
        failures += 1
        await sleep(Math.min(longestDelayMs, 20 * 2 ** Math.min(failures, 10)))
      }
    }
    this.#running = null
  }

  async #write(batch: readonly Change[]): Promise<void> {
    await this.pool.query({
      text: statement,
      values: [
        batch.map((change) => change.deviceKey),
        batch.map((change) => change.since),
        batch.map((change) => change.online),
        batch.map((change) => change.reason),
      ],
      ...{ query_timeout: 10_000 },
    })
  }
}

const statement = `
WITH change AS MATERIALIZED (
  SELECT change.device_key, to_timestamp(change.at_ms / 1000) AS at, change.online, change.reason, change.position
  FROM unnest($1::int[], $2::float8[], $3::bool[], $4::text[])
    WITH ORDINALITY AS change (device_key, at_ms, online, reason, position)
  JOIN device ON device.key = change.device_key
), history AS (
  INSERT INTO presence_change (device_key, at, online, reason)
  SELECT device_key, at, online, reason FROM change ORDER BY position
)
INSERT INTO device_activity AS stored (device_key, connected, since, reason)
SELECT DISTINCT ON (device_key) device_key, online, at, reason FROM change ORDER BY device_key, position DESC
ON CONFLICT (device_key) DO UPDATE
SET connected = excluded.connected, since = excluded.since, reason = excluded.reason`
