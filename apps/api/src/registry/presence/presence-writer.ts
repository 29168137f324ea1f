import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'
import type { PresenceChange } from './presence-tracker.js'

/** How many changes may wait for the database. When there are more, the oldest half is left out of the history. */
const longestQueue = 200_000
const rowsPerWrite = 5_000
/** Changes of one turn of the event loop share a write, as when a listener goes down. */
const flushIntervalMs = 5
const answerTimeoutMs = 10_000

interface Change extends PresenceChange {
  deviceKey: number
}

/**
 * Writes changes of presence in batches, in order, and keeps trying while the database is away. The rows follow what
 * was published over MQTT and never delay it.
 */
export class PresenceWriter {
  #queue: Change[] = []
  readonly #writer: BatchWriter<Change[]>

  constructor(
    private readonly pool: Pool,
    onError: (error: unknown) => void,
  ) {
    this.#writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.#take(),
      write: (batch) => this.#write(batch),
      onFailure: (error) => {
        onError(error)
        return 'retry'
      },
    })
  }

  push(deviceKey: number, change: PresenceChange): void {
    if (this.#queue.length >= longestQueue) this.#queue = this.#queue.slice(longestQueue / 2)
    this.#queue.push({ deviceKey, ...change })
    this.#writer.notify()
  }

  /** Writes what is left; gives up what is not written after the time-out. */
  async close(timeoutMs: number): Promise<void> {
    await this.#writer.close(timeoutMs)
  }

  #take(): Change[] | null {
    if (this.#queue.length === 0) return null
    const batch = this.#queue.slice(0, rowsPerWrite)
    this.#queue = this.#queue.slice(batch.length)
    return batch
  }

  async #write(batch: readonly Change[]): Promise<void> {
    await this.pool.query({
      text: statement,
      values: [
        batch.map((change) => change.deviceKey),
        batch.map((change) => change.since),
        batch.map((change) => change.online),
        batch.map((change) => change.reason),
        batch.map((change) => change.takeOvers),
      ],
      ...{ query_timeout: answerTimeoutMs },
    })
  }
}

const statement = `
WITH change AS MATERIALIZED (
  SELECT change.device_key, to_timestamp(change.at_ms / 1000) AS at, change.online, change.reason,
    change.take_overs, change.position
  FROM unnest($1::int[], $2::float8[], $3::bool[], $4::text[], $5::int[])
    WITH ORDINALITY AS change (device_key, at_ms, online, reason, take_overs, position)
  JOIN device ON device.key = change.device_key
), history AS (
  INSERT INTO presence_change (device_key, at, online, reason, take_overs)
  SELECT device_key, at, online, reason, take_overs FROM change ORDER BY position
)
INSERT INTO device_activity AS stored (device_key, connected, since, reason)
SELECT DISTINCT ON (device_key) device_key, online, at, reason FROM change ORDER BY device_key, position DESC
ON CONFLICT (device_key) DO UPDATE
SET connected = excluded.connected, since = excluded.since, reason = excluded.reason`
