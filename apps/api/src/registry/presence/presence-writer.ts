import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'
import { PresenceFold, type RecordedChange } from './presence-fold.js'
import type { PresenceChange } from './presence-tracker.js'

/** How many changes may wait for the database. When there are more, the oldest half is left out of the history. */
const longestQueue = 200_000
const rowsPerWrite = 5_000
/** Changes of one turn of the event loop share a write, as when a listener goes down. */
const flushIntervalMs = 5
const answerTimeoutMs = 10_000

interface Change extends RecordedChange {
  deviceKey: number
  /** Whether the history gets a row; otherwise the change is only what the device is now. */
  recorded: boolean
}

const flushFoldedEveryMs = 5_000

/**
 * Writes changes of presence in batches, in order, and keeps trying while the database is away. The rows follow what
 * was published over MQTT and never delay it. Of a flood of changes the history has a bounded number of rows.
 */
export class PresenceWriter {
  #queue: Change[] = []
  readonly #writer: BatchWriter<Change[]>
  readonly #fold: PresenceFold
  readonly #foldTimer: NodeJS.Timeout

  constructor(
    private readonly pool: Pool,
    rowsPerMinute: number,
    onError: (error: unknown) => void,
  ) {
    this.#fold = new PresenceFold(rowsPerMinute, (deviceKey, change) =>
      this.#add({ deviceKey, ...change, recorded: true }),
    )
    this.#foldTimer = setInterval(() => this.#fold.flush(), flushFoldedEveryMs).unref()
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
    if (!this.#fold.note(deviceKey, change))
      this.#add({ deviceKey, ...change, foldedChanges: 0, recorded: false })
  }

  /** Writes what is left; gives up what is not written after the time-out. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#foldTimer)
    this.#fold.close()
    await this.#writer.close(timeoutMs)
  }

  #add(change: Change): void {
    if (this.#queue.length >= longestQueue) this.#queue = this.#queue.slice(longestQueue / 2)
    this.#queue.push(change)
    this.#writer.notify()
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
        batch.map((change) => change.foldedChanges),
        batch.map((change) => change.recorded),
      ],
      ...{ query_timeout: answerTimeoutMs },
    })
  }
}

const statement = `
WITH change AS MATERIALIZED (
  SELECT change.device_key, to_timestamp(change.at_ms / 1000) AS at, change.online, change.reason,
    change.take_overs, change.folded_changes, change.recorded, change.position
  FROM unnest($1::int[], $2::float8[], $3::bool[], $4::text[], $5::int[], $6::int[], $7::bool[])
    WITH ORDINALITY AS change (device_key, at_ms, online, reason, take_overs, folded_changes, recorded, position)
  JOIN device ON device.key = change.device_key
), history AS (
  INSERT INTO presence_change (device_key, at, online, reason, take_overs, folded_changes)
  SELECT device_key, at, online, reason, take_overs, folded_changes FROM change WHERE recorded ORDER BY position
)
INSERT INTO device_activity AS stored (device_key, connected, since, reason)
SELECT DISTINCT ON (device_key) device_key, online, at, reason FROM change ORDER BY device_key, position DESC
ON CONFLICT (device_key) DO UPDATE
SET connected = excluded.connected, since = excluded.since, reason = excluded.reason`
