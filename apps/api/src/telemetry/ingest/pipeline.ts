import type { Pool } from 'pg'
import { awayReason } from '../../foundation/database/store-error.js'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import type { ActivityWriter } from '../../registry/presence/activity-writer.js'
import { check, newestTimeMs } from '../samples/check.js'
import { Columns } from '../samples/columns.js'
import { decode } from '../samples/decode.js'
import {
  type IngestListener,
  type Refusal,
  RefusedError,
  type SourceDevice,
  UndecidedError,
} from '../samples/sample.js'
import { TimestampAssigner } from '../samples/timestamp-assigner.js'
import type { BatchMessage, Slice } from '../storage/batch.js'
import { Committer, type Refusals } from '../storage/committer.js'
import type { Partitions } from '../storage/partitions.js'
import type { StoreState } from '../storage/store-state.js'
import { CommitQueue } from './commit-queue.js'
import { defaultQuotaLimits, type Full, IngestQuota, type IngestQuotaLimits } from './ingest-quota.js'

export interface PipelineOptions {
  pool: Pool
  partitions: Partitions
  activity: ActivityWriter
  store: StoreState
  bounds?: IngestQuotaLimits
  now?: () => number
  /** Before which time samples of an organization are not taken, in epoch milliseconds; null: all are. */
  oldestMs?(organizationId: number, nowMs: number): number | null
  onFailure?(error: unknown): void
  /** A message was refused or found no room, before it joined a batch. */
  onTurnedAway?(outcome: 'refused' | 'undecided' | 'dropped'): void
  onStored?(organizationId: number, samples: number): void
  /** A batch is committed: how many messages were stored and refused, of how many samples, and how long it took. */
  onCommitted?(counts: CommitCounts): void
  /** Called with those messages of a committed batch that somebody follows, before they are told. */
  onFollowed?(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void
}

export interface CommitCounts {
  storedMessages: number
  refusedMessages: number
  samples: number
  commitMs: number
  /** From the arrival of the oldest message to its decision. */
  waitedMs: number
}

/** Lanes commit beside each other; two keep both PostgreSQL and this process busy. */
const lanes = 2
const rowsPerBatch = 5_000
const bytesPerBatch = 4 * 1024 * 1024
const lingerMs = 2
/** Few rows at a time are committed as they come: then there is time enough, and somebody may be watching. */
const paceMs = 12
const pacedRows = 64

/** How long the oldest message may wait, and an attempt go without an answer, before the store is behind, or away. */
const behindAfterMs = 1_000
const awayAfterMs = 3_000
const watchEveryMs = 100

/**
 * A message's way into the store: decode → check → stamp → batch → commit → tell whoever handed it over, who
 * acknowledges and forwards. While the store is away it is forwarded before.
 */
export class Pipeline {
  readonly #waitingRoom: IngestQuota
  readonly #stamper = new TimestampAssigner()
  readonly #committer: Committer
  readonly #lanes: CommitQueue[]
  readonly #now: () => number
  readonly #watch: NodeJS.Timeout
  /** Of the message at hand; used again for the next. */
  readonly #columns = new Columns()

  constructor(private readonly options: PipelineOptions) {
    this.#waitingRoom = new IngestQuota(options.bounds ?? defaultQuotaLimits)
    this.#committer = new Committer(options.pool, options.partitions, options.activity)
    this.#now = options.now ?? Date.now
    this.#lanes = Array.from({ length: lanes }, () => this.#makeLane())
    this.#watch = setInterval(() => this.#assess(), watchEveryMs).unref()
  }

  /** What waits for a commit. */
  get waiting(): { samples: number; bytes: number } {
    return { samples: this.#waitingRoom.samples, bytes: this.#waitingRoom.bytes }
  }

  /** Takes a message in. The listener learns what becomes of it, at once when it is refused or finds no room. */
  ingest(device: SourceDevice, payload: Buffer, qos0: boolean, listener: IngestListener): void {
    const nowMs = this.#now()
    const columns = this.#columns
    const refusal = this.#read(device, payload, nowMs)
    if (listener.timing) listener.timing.checkedAtMs = performance.now()
    if (refusal !== null) {
      this.options.onTurnedAway?.('refused')
      listener.decided({ stored: false, refusal })
      return
    }
    const { organizationId, deviceKey } = device
    const full = this.#waitingRoom.enter(device, columns.length, payload.length, qos0)
    if (full !== null) {
      this.options.onTurnedAway?.(qos0 ? 'dropped' : 'undecided')
      listener.undecided(noRoom[full])
      return
    }
    this.#stamper.stamp(deviceKey, columns, nowMs)
    const message = { organizationId, deviceKey, payloadBytes: payload.length, receivedAtMs: nowMs, listener }
    this.#laneOf(deviceKey).push(message, columns)
    if (this.options.store.current.state !== 'ok') listener.early()
  }

  /** Forgets a device whose row is gone. Settles when none of its samples can be written any more. */
  async forgetDevice(deviceKey: number): Promise<void> {
    // A batch that begins from now on finds no such device; one that began before may have.
    await this.#laneOf(deviceKey).currentBatch()
    this.#committer.forgetDevice(deviceKey)
  }

  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#watch)
    await Promise.all(this.#lanes.map((lane) => lane.close(timeoutMs)))
  }

  /** Fills the columns; gives why the message is refused, or null. */
  #read(device: SourceDevice, payload: Buffer, nowMs: number): Refusal | null {
    const { activity, oldestMs } = this.options
    this.#columns.clear()
    let skewMs: number | null = null
    try {
      const decoded = decode(payload)
      const newestMs = newestTimeMs(decoded)
      if (newestMs !== null) skewMs = newestMs - nowMs
      check(decoded, { nowMs, oldestMs: oldestMs?.(device.organizationId, nowMs) ?? null }, this.#columns)
      return null
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      return error.refusal
    } finally {
      activity.touch(device.deviceKey, skewMs)
    }
  }

  #laneOf(deviceKey: number): CommitQueue {
    const lane = this.#lanes[deviceKey % lanes]
    if (lane === undefined) throw new RangeError(`not a device key: ${deviceKey}`)
    return lane
  }

  #makeLane(): CommitQueue {
    return new CommitQueue({
      commit: (slice) => this.#committer.commit(slice),
      batchRows: rowsPerBatch,
      batchBytes: bytesPerBatch,
      lingerMs,
      paceMs,
      pacedRows,
      onFailure: (error) => {
        this.#assess()
        this.options.onFailure?.(error)
      },
      onDecided: (slice, refusals, commitMs) => this.#conclude(slice, refusals, commitMs),
      onUndecided: ({ batch, from, to }, error) => {
        for (const message of batch.messages.slice(from, to)) {
          this.#leave(message)
          message.listener.undecided(error)
        }
      },
    })
  }

  #conclude({ batch, from, to }: Slice, refusals: Refusals, commitMs: number): void {
    const counts = { storedMessages: 0, refusedMessages: refusals.size, samples: 0, commitMs, waitedMs: 0 }
    this.#follow({ batch, from, to }, commitMs)
    counts.waitedMs = this.#now() - (batch.messages[from]?.receivedAtMs ?? this.#now())
    for (let index = from; index < to; index++) {
      const message = batch.messages[index] as BatchMessage
      this.#leave(message)
      const samples = message.to - message.from
      const refusal = refusals.get(index)
      if (refusal === undefined) {
        counts.storedMessages += 1
        counts.samples += samples
        this.options.onStored?.(message.organizationId, samples)
        message.listener.decided({ stored: true, samples })
      } else message.listener.decided({ stored: false, refusal })
    }
    this.options.onCommitted?.(counts)
  }

  #follow({ batch, from, to }: Slice, commitMs: number): void {
    const messages = batch.messages.slice(from, to)
    const timings = messages.flatMap(({ listener }) => listener.timing ?? [])
    if (timings.length === 0) return
    const committedAtMs = performance.now()
    for (const timing of timings) {
      timing.closedAtMs = committedAtMs - commitMs
      timing.committedAtMs = committedAtMs
    }
    const samples = messages.reduce((sum, message) => sum + message.to - message.from, 0)
    this.options.onFollowed?.(timings, { messages: messages.length, samples })
  }

  #leave(message: BatchMessage): void {
    this.#waitingRoom.leave(message, message.to - message.from, message.payloadBytes)
  }

  /** Says how the store does. When it goes away, whoever watches sees what waits, in the order in which it came. */
  #assess(): void {
    const { store } = this.options
    const nowMs = this.#now()
    const before = store.current.state
    const failure = this.#lanes.find((lane) => lane.failure !== null)?.failure ?? null
    const attemptMs = Math.max(...this.#lanes.map((lane) => nowMs - (lane.attemptSinceMs ?? nowMs)))
    const waitedMs = Math.max(...this.#lanes.map((lane) => nowMs - (lane.waitingSinceMs ?? nowMs)))
    if (failure !== null) store.set('away', awayReason(failure), nowMs)
    else if (attemptMs > awayAfterMs) store.set('away', awayReason(null), nowMs)
    else if (waitedMs > behindAfterMs) store.set('behind', null, nowMs)
    else store.set('ok', null, nowMs)
    if (before !== 'ok' || store.current.state === 'ok') return
    for (const lane of this.#lanes) for (const { listener } of lane.waiting()) listener.early()
  }
}

const noRoom: Record<Full, UndecidedError> = {
  full: new UndecidedError('too much is waiting for the database', 'full'),
  organization_full: new UndecidedError(
    'too much of this organization is waiting for the database',
    'organization_full',
  ),
  device_full: new UndecidedError('too much of this device is waiting for the database', 'device_full'),
}
