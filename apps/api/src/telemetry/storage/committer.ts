import type { Pool } from 'pg'
import { isMissingPartition } from '../../foundation/database/store-error.js'
import type { ActivityWriter } from '../../registry/presence/activity-writer.js'
import type { Refusal } from '../samples/sample.js'
import type { Slice } from './batch.js'
import { correctBatch } from './correct-batch.js'
import { DeviceKeys } from './device-keys.js'
import { type EncodedBatch, encodeBatch } from './encode-batch.js'
import { insertBatch } from './insert-batch.js'
import type { Partitions } from './partitions.js'
import { orderSeries, type Series } from './series.js'
import { releaseSeries, sortIntoSeries } from './slice-series.js'

/** The messages that are refused, by their index in the batch. All others are stored. */
export type Refusals = ReadonlyMap<number, Refusal>

/** Commits batches. Throws when the store fails; committing the same batch again is harmless. */
export class Committer {
  readonly #deviceKeys: DeviceKeys

  constructor(
    private readonly pool: Pool,
    private readonly partitions: Partitions,
    private readonly activity: ActivityWriter,
  ) {
    this.#deviceKeys = new DeviceKeys(pool)
  }

  /** Stores the messages of a slice; resolves when each of them is decided. */
  async commit(slice: Slice): Promise<Refusals> {
    const refusals = new Map<number, Refusal>()
    const series = await this.#seriesOf(slice, refusals)
    if (series.length === 0) return refusals
    const devices = devicesOf(series)
    const batch = encode(series, slice)
    const missing = await this.#insert(batch, devices)
    if (missing.length > 0) refuseMissing(slice, new Set(missing), refusals)
    return refusals
  }

  forgetDevice(deviceKey: number): void {
    this.#deviceKeys.forget(deviceKey)
  }

  async #seriesOf(slice: Slice, refusals: Map<number, Refusal>): Promise<Series[]> {
    for (;;) {
      const sorted = sortIntoSeries(slice, this.#deviceKeys, refusals)
      if (sorted.complete) return sorted.series
      if (sorted.unknownDevices.size > 0) await this.#deviceKeys.load([...sorted.unknownDevices])
      await this.#deviceKeys.make(sorted.unknownKeys)
    }
  }

  /** Returns the devices that do not exist any more. */
  async #insert(batch: EncodedBatch, devices: readonly number[]): Promise<number[]> {
    await this.partitions.ensure(batch.weeks)
    const heard = this.activity.claim(devices)
    try {
      const { allFresh, goneDevices } = await insertBatch(this.pool, devices, batch, heard)
      this.activity.written(heard)
      if (!allFresh) await correctBatch(this.pool, batch)
      return goneDevices
    } catch (error) {
      if (isMissingPartition(error)) this.partitions.forget()
      throw error
    }
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

function refuseMissing(
  { batch, from, to }: Slice,
  missing: ReadonlySet<number>,
  refusals: Map<number, Refusal>,
): void {
  for (let index = from; index < to; index++) {
    const deviceKey = batch.messages[index]?.deviceKey ?? Number.NaN
    if (missing.has(deviceKey)) refusals.set(index, deviceMissing)
  }
}
