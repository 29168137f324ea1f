import { BinaryArray } from './binary-array.js'
import type { Series } from './series.js'

/** A row of a roll-up: the samples of one series in one minute or hour. */
export class Bucket {
  startUs = 0
  count = 0
  sum = 0
  min = 0
  max = 0
  first = 0
  firstUs = 0
  last = 0
  lastUs = 0
  otherCount = 0
  otherLast = ''
  otherLastUs = 0

  begin(startUs: number): void {
    this.startUs = startUs
    this.count = 0
    this.sum = 0
    this.otherCount = 0
  }

  /** Adds a sample that is newer than all before. */
  add(timeUs: number, number: number, other: string | null): void {
    if (Number.isNaN(number)) {
      this.otherCount += 1
      this.otherLast = other ?? 'null'
      this.otherLastUs = timeUs
      return
    }
    if (this.count === 0) {
      this.min = this.max = this.first = number
      this.firstUs = timeUs
    } else if (number < this.min) this.min = number
    else if (number > this.max) this.max = number
    this.count += 1
    this.sum += number
    this.last = number
    this.lastUs = timeUs
  }

  get isEmpty(): boolean {
    return this.count + this.otherCount === 0
  }
}

/** Buckets as parameters of the insert, column by column in the order of `bucketColumns`. */
export class BucketArrays {
  readonly #ids: [BinaryArray, BinaryArray]
  readonly #start: BinaryArray
  readonly #count: BinaryArray
  readonly #sum: BinaryArray
  readonly #range: [BinaryArray, BinaryArray]
  readonly #first: [BinaryArray, BinaryArray]
  readonly #last: [BinaryArray, BinaryArray]
  readonly #other: [BinaryArray, BinaryArray, BinaryArray]

  constructor(capacity: number) {
    const make = (type: ConstructorParameters<typeof BinaryArray>[0]) => new BinaryArray(type, capacity)
    this.#ids = [make('int4'), make('int4')]
    this.#start = make('int8')
    this.#count = make('int4')
    this.#sum = make('float8')
    this.#range = [make('float8'), make('float8')]
    this.#first = [make('float8'), make('int8')]
    this.#last = [make('float8'), make('int8')]
    this.#other = [make('int4'), make('jsonb'), make('int8')]
  }

  add({ deviceKey, keyId }: Series, bucket: Bucket): void {
    this.#ids[0].int4(deviceKey)
    this.#ids[1].int4(keyId)
    this.#start.int8(bucket.startUs)
    this.#count.int4(bucket.count)
    this.#sum.float8(bucket.sum)
    if (bucket.count > 0) this.#addNumbers(bucket)
    else for (const array of [...this.#range, ...this.#first, ...this.#last]) array.null()
    this.#other[0].int4(bucket.otherCount)
    if (bucket.otherCount > 0) {
      this.#other[1].json(bucket.otherLast)
      this.#other[2].int8(bucket.otherLastUs)
    } else {
      this.#other[1].null()
      this.#other[2].null()
    }
  }

  finish(): Buffer[] {
    return [
      ...this.#ids,
      this.#start,
      this.#count,
      this.#sum,
      ...this.#range,
      ...this.#first,
      ...this.#last,
      ...this.#other,
    ].map((array) => array.finish())
  }

  #addNumbers({ min, max, first, firstUs, last, lastUs }: Bucket): void {
    this.#range[0].float8(min)
    this.#range[1].float8(max)
    this.#first[0].float8(first)
    this.#first[1].int8(firstUs)
    this.#last[0].float8(last)
    this.#last[1].int8(lastUs)
  }
}
