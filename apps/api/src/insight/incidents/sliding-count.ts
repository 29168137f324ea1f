/**
 * A count over a sliding window. It keeps one number for each bucket, by default of ten seconds, in which something was
 * counted. Times are of a monotonic clock.
 */
export class SlidingCount {
  readonly #buckets = new Map<number, number>()

  constructor(
    private readonly keptMs: number,
    private readonly bucketMs = 10_000,
  ) {}

  add(count: number, atMs: number): void {
    const bucket = Math.floor(atMs / this.bucketMs)
    const known = this.#buckets.get(bucket)
    this.#buckets.set(bucket, (known ?? 0) + count)
    if (known === undefined) this.#forget(atMs)
  }

  /** The count of the last `spanMs`, including the current bucket. */
  sum(spanMs: number, atMs: number): number {
    const after = Math.floor((atMs - spanMs) / this.bucketMs)
    let sum = 0
    for (const [bucket, count] of this.#buckets) if (bucket > after) sum += count
    return sum
  }

  #forget(atMs: number): void {
    const until = Math.floor((atMs - this.keptMs) / this.bucketMs)
    for (const bucket of this.#buckets.keys()) if (bucket <= until) this.#buckets.delete(bucket)
  }
}
