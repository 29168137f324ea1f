import type { Columns } from '../samples/columns.js'
import { BinaryArray } from './binary-array.js'
import { Bucket, BucketArrays } from './bucket.js'
import { weekOf } from './partitions.js'
import { hourUs, minuteUs } from './roll-up-sql.js'
import type { Series } from './series.js'

/** A batch as the parameters of its insert. */
export interface EncodedBatch {
  rows: number
  /** Device, key, time, number, JSON of each sample, in the order of the primary key. */
  samples: Buffer[]
  minutes: Buffer[]
  hours: Buffer[]
  /** The same five columns of each series' newest sample. */
  latest: Buffer[]
  /** The weeks of the samples. */
  weeks: ReadonlySet<number>
  firstUs: number
  lastUs: number
}

/** Encodes series that are in order, and rolls them up in the same pass. */
export function encodeBatch(series: readonly Series[], columns: Columns): EncodedBatch {
  const rows = series.reduce((sum, one) => sum + one.rows.length, 0)
  const samples = new SampleArrays(rows)
  const latest = new SampleArrays(series.length)
  const minutes = new RollUp(minuteUs, series.length)
  const hours = new RollUp(hourUs, series.length)
  const weeks = new Set<number>()
  let firstUs = Number.POSITIVE_INFINITY
  let lastUs = 0
  for (const one of series) {
    for (const row of one.rows) {
      const timeUs = columns.timesUs[row] as number
      const number = columns.numbers[row] as number
      const other = columns.others[row] as string | null
      samples.add(one, timeUs, number, other)
      minutes.add(one, timeUs, number, other)
      if (hours.add(one, timeUs, number, other)) weeks.add(weekOf(timeUs))
      if (timeUs < firstUs) firstUs = timeUs
      if (timeUs > lastUs) lastUs = timeUs
    }
    minutes.end(one)
    hours.end(one)
    const newest = one.rows[one.rows.length - 1] as number
    latest.add(
      one,
      columns.timesUs[newest] as number,
      columns.numbers[newest] as number,
      columns.others[newest] as string | null,
    )
  }
  return {
    rows,
    samples: samples.finish(),
    minutes: minutes.finish(),
    hours: hours.finish(),
    latest: latest.finish(),
    weeks,
    firstUs,
    lastUs,
  }
}

class SampleArrays {
  readonly #arrays
  constructor(capacity: number) {
    this.#arrays = {
      deviceKey: new BinaryArray('int4', capacity),
      keyId: new BinaryArray('int4', capacity),
      ts: new BinaryArray('int8', capacity),
      number: new BinaryArray('float8', capacity),
      json: new BinaryArray('jsonb', capacity),
    }
  }

  add({ deviceKey, keyId }: Series, timeUs: number, number: number, other: string | null): void {
    const arrays = this.#arrays
    arrays.deviceKey.int4(deviceKey)
    arrays.keyId.int4(keyId)
    arrays.ts.int8(timeUs)
    if (Number.isNaN(number)) arrays.number.null()
    else arrays.number.float8(number)
    if (other === null) arrays.json.null()
    else arrays.json.json(other)
  }

  finish(): Buffer[] {
    const { deviceKey, keyId, ts, number, json } = this.#arrays
    return [deviceKey, keyId, ts, number, json].map((array) => array.finish())
  }
}

class RollUp {
  readonly #bucket = new Bucket()
  readonly #arrays: BucketArrays

  constructor(
    private readonly widthUs: number,
    capacity: number,
  ) {
    this.#arrays = new BucketArrays(capacity)
  }

  /** Returns whether the sample began a bucket. */
  add(series: Series, timeUs: number, number: number, other: string | null): boolean {
    const bucket = this.#bucket
    const begins = bucket.isEmpty || timeUs >= bucket.startUs + this.widthUs
    if (begins) {
      this.end(series)
      bucket.begin(timeUs - (timeUs % this.widthUs))
    }
    bucket.add(timeUs, number, other)
    return begins
  }

  end(series: Series): void {
    if (!this.#bucket.isEmpty) this.#arrays.add(series, this.#bucket)
    this.#bucket.begin(0)
  }

  finish(): Buffer[] {
    return this.#arrays.finish()
  }
}
