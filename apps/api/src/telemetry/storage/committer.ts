import type { Pool } from 'pg'
import { isMissingPartition } from '../../foundation/database/store-error.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { ActivityWriter } from '../../registry/presence/activity-writer.js'
import type { Refusal } from '../samples/sample.js'
import type { Slice } from './batch.js'
import { correctBatch, findCorrected } from './correct-batch.js'
import type { CorrectionBacklog } from './correction-backlog.js'
import type { correctionLimits } from './correction-limits.js'
import { DeviceKeys } from './device-keys.js'
import { type EncodedBatch, encodeBatch } from './encode-batch.js'
import { FullMinutes } from './full-minutes.js'
import { type InsertResult, insertBatch } from './insert-batch.js'
import type { keyLimits } from './key-limits.js'
import { OrganizationKeys } from './organization-keys.js'
import type { Partitions } from './partitions.js'
import { orderSeries, type Series } from './series.js'
import { releaseSeries, sortIntoSeries } from './slice-series.js'

/** The messages that are refused, by their index in the batch. All others are stored. */
export type Refusals = ReadonlyMap<number, Refusal>

export interface CommitterOptions {
  pool: Pool
  partitions: Partitions
  activity: ActivityWriter
  limits: LimitValues<typeof correctionLimits>
  keys: LimitValues<typeof keyLimits>
  backlog: CorrectionBacklog
}

/** Commits batches. Throws when the store fails; committing the same batch again is harmless. */
export class Committer {
  readonly #deviceKeys: DeviceKeys
  readonly #organizations: OrganizationKeys
  readonly #full = new FullMinutes()

  constructor(private readonly options: CommitterOptions) {
    this.#deviceKeys = new DeviceKeys(options.pool, options.keys.perDevice)
    this.#organizations = new OrganizationKeys(options.pool, options.keys.perOrganization)
  }

  /** How many minutes of series are known to take no more samples. */
  get fullMinutes(): number {
    return this.#full.count
  }

  /** Stores the messages of a slice; resolves when each of them is decided. */
  async commit(slice: Slice): Promise<Refusals> {
    const refusals = new Map<number, Refusal>()
    const series = await this.#seriesOf(slice, refusals)
    if (series.length === 0) return refusals
    const devices = devicesOf(series)
    const batch = encode(series, slice)
    const { goneDevices, allFresh } = await this.#insert(batch, devices)
    if (goneDevices.length > 0) refuseDevices(slice, new Set(goneDevices), deviceMissing, refusals)
    if (!allFresh) await this.#correct(batch, slice, refusals)
    return refusals
  }

  forgetDevice(deviceKey: number): void {
    this.#deviceKeys.forget(deviceKey)
    this.#full.forgetDevice(deviceKey)
  }

  async #seriesOf(slice: Slice, refusals: Map<number, Refusal>): Promise<Series[]> {
    const { keys, limits: corrections } = this.options
    const { samplesPerMinute } = corrections
    const limits = { full: this.#full, samplesPerMinute, keys, organizations: this.#organizations }
    for (;;) {
      const sorted = sortIntoSeries(slice, this.#deviceKeys, limits, refusals)
      if (sorted.complete) return sorted.series
      if (sorted.unknownDevices.size > 0) await this.#deviceKeys.load([...sorted.unknownDevices])
      await this.#deviceKeys.make(sorted.unknownKeys)
      for (const [organizationId, made] of sorted.newKeys) this.#organizations.made(organizationId, made)
    }
  }

  async #insert(batch: EncodedBatch, devices: readonly number[]): Promise<InsertResult> {
    const { pool, partitions, activity, limits } = this.options
    await partitions.ensure(batch.weeks)
    const heard = activity.claim(devices)
    try {
      const result = await insertBatch(pool, devices, batch, heard, limits.samplesPerMinute)
      activity.written(heard)
      this.#full.add(result.fullMinutes)
      return result
    } catch (error) {
      if (isMissingPartition(error)) partitions.forget()
      throw error
    }
  }

  /** Corrects what was stored before; refuses that to organizations of which too much waits to be rolled up again. */
  async #correct(batch: EncodedBatch, slice: Slice, refusals: Map<number, Refusal>): Promise<void> {
    const { pool, backlog } = this.options
    const messages = slice.batch.messages.slice(slice.from, slice.to)
    const closed = backlog.closed(messages.map(({ organizationId }) => organizationId))
    backlog.add(await correctBatch(pool, batch, closed))
    if (closed.length === 0) return
    const devices = await findCorrected(pool, batch, closed)
    refuseDevices(slice, new Set(devices), tooManyCorrections, refusals)
  }
}

function encode(series: Series[], { batch }: Slice): EncodedBatch {
  orderSeries(series, batch.columns)
  const encoded = encodeBatch(series, batch.columns)
  releaseSeries(series)
  return encoded
}

/** The devices of series that are in order. */
function devicesOf(series: readonly Series[]): number[] {
  return [...new Set(series.map(({ deviceKey }) => deviceKey))]
}

const deviceMissing: Refusal = { code: 'telemetry_dropped', detail: 'the device no longer exists' }

const tooManyCorrections: Refusal = {
  code: 'too_many_corrections',
  detail:
    'it has other values for samples that are stored, and too many corrections of this organization wait; its new samples are stored. Send it again later',
}

function refuseDevices(
  { batch, from, to }: Slice,
  devices: ReadonlySet<number>,
  refusal: Refusal,
  refusals: Map<number, Refusal>,
): void {
  for (let index = from; index < to; index++) {
    const deviceKey = batch.messages[index]?.deviceKey ?? Number.NaN
    if (devices.has(deviceKey) && !refusals.has(index)) refusals.set(index, refusal)
  }
}
