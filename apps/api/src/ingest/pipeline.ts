import type { Pool } from 'pg'
import type { ActivityWriter } from '../presence/activity-writer.js'
import { defaultBounds, type IngestBounds, WaitingRoom } from './bounds.js'
import { check } from './check.js'
import { type BatchMessage, Committer } from './committer.js'
import { decode } from './decode.js'
import { Lane } from './lane.js'
import type { MessageTrail } from './message-trail.js'
import { type IngestOutcome, RefusedError, type Sample, type SourceDevice, UndecidedError } from './sample.js'
import { Stamper } from './stamper.js'

export interface PipelineOptions {
  pool: Pool
  activity: ActivityWriter
  bounds?: IngestBounds
  now?: () => number
  onFailure?(error: unknown, attempt: number): void
  onCommitted?(batch: readonly BatchMessage[], rows: number, durationMs: number): void
}

/** Lanes commit beside each other; two keep both PostgreSQL and this process busy. */
const lanes = 2
const rowsPerBatch = 5_000
const lingerMs = 2

/**
 * A message's way into the store: decode → check → stamp → batch → commit. `ingest` settles when the message is
 * decided, and rejects with an UndecidedError when there is no room to wait or the platform stops.
 */
export class Pipeline {
  readonly #waitingRoom: WaitingRoom
  readonly #stamper = new Stamper()
  readonly #committer: Committer
  readonly #lanes: Lane[]
  readonly #now: () => number

  constructor(private readonly options: PipelineOptions) {
    this.#waitingRoom = new WaitingRoom(options.bounds ?? defaultBounds)
    this.#committer = new Committer(options.pool, options.activity)
    this.#now = options.now ?? Date.now
    this.#lanes = Array.from({ length: lanes }, () => this.#makeLane())
  }

  /** What waits for a commit. */
  get waiting(): { samples: number; bytes: number } {
    return { samples: this.#waitingRoom.samples, bytes: this.#waitingRoom.bytes }
  }

  ingest(
    device: SourceDevice,
    payload: Uint8Array,
    { qos0, trail }: { qos0: boolean; trail: MessageTrail },
  ): Promise<IngestOutcome> {
    const nowMs = this.#now()
    let samples: Sample[]
    try {
      samples = this.#stamper.stamp(device.deviceKey, check(decode(payload), nowMs), nowMs)
    } catch (error) {
      if (!(error instanceof RefusedError)) return Promise.reject(error)
      return Promise.resolve({ stored: false, refusal: error.refusal })
    } finally {
      trail.checkedAtMs = performance.now()
    }
    const leave = this.#waitingRoom.enter(samples.length, payload.length, qos0)
    if (leave === null) return Promise.reject(new UndecidedError('too much is waiting for the database'))
    return new Promise((resolve, reject) => {
      this.#laneOf(device.deviceKey).push({
        deviceKey: device.deviceKey,
        samples,
        trail,
        decided(outcome) {
          leave()
          resolve(outcome)
        },
        undecided(error) {
          leave()
          reject(error)
        },
      })
    })
  }

  /** Forgets a device whose row is gone. Settles when none of its samples can be written any more. */
  async forgetDevice(deviceKey: number): Promise<void> {
    // A batch that begins from now on finds no such device; one that began before may have.
    await this.#laneOf(deviceKey).currentBatch()
    this.#committer.forgetDevice(deviceKey)
  }

  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close(timeoutMs)))
  }

  #laneOf(deviceKey: number): Lane {
    const lane = this.#lanes[deviceKey % lanes]
    if (lane === undefined) throw new RangeError(`not a device key: ${deviceKey}`)
    return lane
  }

  #makeLane(): Lane {
    return new Lane({
      commit: (messages) => this.#committer.commit(messages),
      batchRows: rowsPerBatch,
      lingerMs,
      onFailure: this.options.onFailure ?? (() => {}),
      onCommitted: this.options.onCommitted ?? (() => {}),
    })
  }
}
