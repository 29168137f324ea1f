import type { JsonBounds } from '@heliograph/protocol'
import type { Pool } from 'pg'
import { jsonLimits } from '../../foundation/limits/json-limits.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { Delivery, MessageTiming } from '../../foundation/tracing/message-timing.js'
import type { ActivityWriter, ClockReading } from '../../registry/presence/activity-writer.js'
import { check, newestTimes } from '../samples/check.js'
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
import { type BatchMessage, messagesOf, type Slice } from '../storage/batch.js'
import { Committer, type Refusals } from '../storage/committer.js'
import { CorrectionBacklog } from '../storage/correction-backlog.js'
import { correctionLimits } from '../storage/correction-limits.js'
import { keyLimits } from '../storage/key-limits.js'
import { hasOldSamples } from '../storage/old-samples.js'
import type { Partitions } from '../storage/partitions.js'
import { setAside } from '../storage/set-aside.js'
import { setAsideLimits } from '../storage/set-aside-limits.js'
import { takesWrites } from '../storage/store-probe.js'
import type { StoreState } from '../storage/store-state.js'
import { assessStore } from './assess-store.js'
import { commitLimits } from './commit-limits.js'
import { CommitQueue } from './commit-queue.js'
import { ingestLimits } from './ingest-limits.js'
import { type ExceededQuota, IngestQuota } from './ingest-quota.js'

export interface PipelineOptions {
  pool: Pool
  partitions: Partitions
  activity: ActivityWriter
  store: StoreState
  quota?: LimitValues<typeof ingestLimits>
  corrections?: LimitValues<typeof correctionLimits>
  setAside?: LimitValues<typeof setAsideLimits>
  keys?: LimitValues<typeof keyLimits>
  commits?: LimitValues<typeof commitLimits>
  backlog?: CorrectionBacklog
  bounds?: JsonBounds
  now?: () => number
  /** The oldest time, in epoch milliseconds, that a sample of an organization may have; null: any. */
  oldestMs?(organizationId: number, nowMs: number): number | null
  onFailure?(error: unknown): void
  /** Called for a message that was refused, or exceeded the quota, before it joined a batch. */
  onRejected?(outcome: 'refused' | 'undecided' | 'dropped'): void
  /** Called for a message without samples, of which there is nothing to store. */
  onHeartbeat?(): void
  onStored?(organizationId: number, samples: number): void
  /** Called when a message was set aside, because it cannot be stored. */
  onSetAside?(message: BatchMessage, reason: string): void
  /** Called when a batch was committed. */
  onCommitted?(counts: CommitCounts): void
  /** Called with the timed messages of a committed batch, before their listeners are. */
  onTimed?(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void
}

export interface CommitCounts {
  storedMessages: number
  refusedMessages: number
  samples: number
  commitMs: number
  /** From the arrival of the oldest message to its decision. */
  waitedMs: number
}

/** Queues commit beside each other; two keep both PostgreSQL and this process busy. */
const queueCount = 2
/** Small batches are committed as they come: there is time enough, and a page that shows them is up to date. */
const queueTimes = {
  flushIntervalMs: 2,
  minCommitIntervalMs: 12,
  largeBatchRows: 64,
}
const assessEveryMs = 100

/**
 * The way of a message into the store: decode → check → assign timestamps → batch → commit → tell its listener, which
 * acknowledges it and passes it on. While the store is behind or away, the listener passes it on before it is stored.
 */
export class Pipeline {
  readonly #quota: IngestQuota
  readonly #timestamps = new TimestampAssigner()
  readonly #committer: Committer
  readonly #queues: CommitQueue[]
  readonly #bounds: JsonBounds
  readonly #now: () => number
  readonly #assessTimer: NodeJS.Timeout
  /** The samples of one message; used again for the next, which saves memory for each. */
  readonly #columns = new Columns()

  constructor(private readonly options: PipelineOptions) {
    this.#quota = new IngestQuota(options.quota ?? ingestLimits.values())
    const corrections = options.corrections ?? correctionLimits.values()
    const { pool, partitions, activity } = options
    const backlog = options.backlog ?? new CorrectionBacklog(corrections.staleMinutes)
    const keys = options.keys ?? keyLimits.values()
    this.#committer = new Committer({ pool, partitions, activity, limits: corrections, keys, backlog })
    this.#bounds = options.bounds ?? jsonLimits.values()
    this.#now = options.now ?? Date.now
    this.#queues = Array.from({ length: queueCount }, () => this.#makeQueue())
    this.#assessTimer = setInterval(() => this.#assess(), assessEveryMs).unref()
  }

  /** What waits for its commit. */
  get waiting(): { samples: number; bytes: number } {
    return { samples: this.#quota.samples, bytes: this.#quota.bytes }
  }

  /** How many minutes of series are known to take no more samples. */
  get fullMinutes(): number {
    return this.#committer.fullMinutes
  }

  /** Takes a message in. Its listener is called at once when it is refused or exceeds the quota. */
  ingest(device: SourceDevice, payload: Buffer, listener: IngestListener, delivery: Delivery): void {
    const nowMs = this.#now()
    const columns = this.#columns
    const refusal = this.#read(device, payload, nowMs, listener)
    if (listener.timing) listener.timing.checkedAtMs = performance.now()
    if (refusal !== null) {
      this.options.onRejected?.('refused')
      listener.decided({ stored: false, refusal })
      return
    }
    if (columns.length === 0) {
      this.options.onHeartbeat?.()
      listener.accepted?.(null)
      listener.decided({ stored: true, samples: 0 })
      return
    }
    const { organizationId, deviceKey } = device
    const size = { samples: columns.length, payloadBytes: payload.length }
    const exceeded = this.#quota.reserve(device, size, delivery)
    if (exceeded !== null) {
      this.options.onRejected?.(delivery === 'acknowledged' ? 'undecided' : 'dropped')
      listener.undecided(quotaExceeded[exceeded])
      return
    }
    listener.accepted?.(this.#timestamps.assign(deviceKey, columns, nowMs))
    const message = { organizationId, deviceKey, payload, receivedAtMs: nowMs, listener }
    this.#queueOf(deviceKey).push(message, columns)
    if (this.options.store.current.state !== 'ok') listener.delayed()
  }

  /** Forgets a device whose row is deleted. Resolves when none of its samples can be written any more. */
  async forgetDevice(deviceKey: number): Promise<void> {
    // A batch that begins from now on does not find the device; one that began before may have found it.
    await this.#queueOf(deviceKey).currentBatch()
    this.#committer.forgetDevice(deviceKey)
  }

  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#assessTimer)
    await Promise.all(this.#queues.map((queue) => queue.close(timeoutMs)))
  }

  /** Fills the columns; returns why the message is refused, or null. */
  #read(device: SourceDevice, payload: Buffer, nowMs: number, listener: IngestListener): Refusal | null {
    const { activity, oldestMs } = this.options
    this.#columns.clear()
    let clock: ClockReading | null = null
    try {
      const decoded = decode(payload, this.#bounds)
      const { setMs, unsetMs } = newestTimes(decoded)
      const newestMs = setMs ?? unsetMs
      if (newestMs !== null) clock = { skewMs: newestMs - nowMs, notSet: setMs === null }
      check(decoded, { nowMs, oldestMs: oldestMs?.(device.organizationId, nowMs) ?? null }, this.#columns)
      activity.touch(device.deviceKey, clock)
      if (unsetMs !== null) listener.clockNotSet?.(unsetMs)
      return null
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      // What is refused is no last message of the device, and yet it tells how wrong its clock is.
      if (clock !== null) activity.noteClock(device.deviceKey, clock)
      return error.refusal
    }
  }

  #queueOf(deviceKey: number): CommitQueue {
    const queue = this.#queues[deviceKey % queueCount]
    if (queue === undefined) throw new RangeError(`not a device key: ${deviceKey}`)
    return queue
  }

  #makeQueue(): CommitQueue {
    return new CommitQueue({
      commit: (slice) => this.#committer.commit(slice),
      answers: () => takesWrites(this.options.pool),
      setAside: (message, reason) => this.#setAside(message, reason),
      isOld: hasOldSamples,
      ...(this.options.commits ?? commitLimits.values()),
      ...queueTimes,
      onFailure: (error) => {
        this.#assess()
        this.options.onFailure?.(error)
      },
      onDecided: (slice, refusals, commitMs) => this.#onDecided(slice, refusals, commitMs),
      onUndecided: (slice, error) => {
        for (const message of messagesOf(slice)) {
          this.#release(message)
          message.listener.undecided(error)
        }
      },
    })
  }

  #onDecided({ batch, from, to }: Slice, refusals: Refusals, commitMs: number): void {
    const counts = { storedMessages: 0, refusedMessages: refusals.size, samples: 0, commitMs, waitedMs: 0 }
    this.#noteTimes({ batch, from, to }, commitMs)
    counts.waitedMs = this.#now() - (batch.messages[from]?.receivedAtMs ?? this.#now())
    const stored = new Map<number, number>()
    for (let index = from; index < to; index++) {
      const message = batch.messages[index] as BatchMessage
      this.#release(message)
      const { organizationId } = message
      const samples = message.to - message.from
      const refusal = refusals.get(index)
      if (refusal === undefined) {
        counts.storedMessages += 1
        counts.samples += samples
        stored.set(organizationId, (stored.get(organizationId) ?? 0) + samples)
        message.listener.decided({ stored: true, samples })
      } else message.listener.decided({ stored: false, refusal })
    }
    for (const [organizationId, samples] of stored) this.options.onStored?.(organizationId, samples)
    this.options.onCommitted?.(counts)
  }

  #noteTimes({ batch, from, to }: Slice, commitMs: number): void {
    const messages = messagesOf({ batch, from, to })
    const timings: MessageTiming[] = []
    for (const { listener } of messages) if (listener.timing) timings.push(listener.timing)
    if (timings.length === 0) return
    const committedAtMs = performance.now()
    const commit = { startedAtMs: committedAtMs - commitMs, committedAtMs }
    for (const timing of timings) timing.commit = commit
    const samples = messages.reduce((sum, message) => sum + message.to - message.from, 0)
    this.options.onTimed?.(timings, { messages: messages.length, samples })
  }

  #release(message: BatchMessage): void {
    const { from, to, payload } = message
    this.#quota.release(message, { samples: to - from, payloadBytes: payload.length })
  }

  async #setAside(message: BatchMessage, reason: string): Promise<void> {
    await setAside(this.options.pool, message, reason, this.options.setAside ?? setAsideLimits.values())
    this.options.onSetAside?.(message, reason)
  }

  /** Assesses the store. When it falls behind, what waits is passed on to subscribers, in the order in which it came. */
  #assess(): void {
    const { store } = this.options
    const before = store.current.state
    assessStore(this.#queues, store, this.#now())
    if (before !== 'ok' || store.current.state === 'ok') return
    for (const queue of this.#queues) for (const { listener } of queue.waiting()) listener.delayed()
  }
}

const quotaExceeded: Record<ExceededQuota, UndecidedError> = {
  full: new UndecidedError('too much is waiting for the database', 'full'),
  organization_full: new UndecidedError(
    'too much of this organization is waiting for the database',
    'organization_full',
  ),
  device_full: new UndecidedError('too much of this device is waiting for the database', 'device_full'),
}
