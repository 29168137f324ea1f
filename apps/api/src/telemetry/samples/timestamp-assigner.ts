import type { Columns } from './columns.js'

/** Devices whose last stamp is remembered; those heard longest ago are forgotten first. */
const rememberedDevices = 100_000

/**
 * Gives a time to samples that have none: this machine's, in microseconds, strictly rising per device, so that no
 * sample swallows another, not within one message and not when the clock is set back.
 */
export class TimestampAssigner {
  readonly #lastUs = new Map<number, number>()

  /** Values of one record get one time. */
  stamp(deviceKey: number, columns: Columns, nowMs: number): void {
    let row = 0
    for (let record = 0; record < columns.records; record++) {
      const end = columns.recordEnds[record] as number
      if (Number.isNaN(columns.timesUs[row])) {
        const stampUs = this.#next(deviceKey, nowMs)
        for (; row < end; row++) columns.timesUs[row] = stampUs
      }
      row = end
    }
  }

  #next(deviceKey: number, nowMs: number): number {
    const last = this.#lastUs.get(deviceKey)
    const next = Math.max(Math.floor(nowMs) * 1_000, (last ?? 0) + 1)
    this.#lastUs.delete(deviceKey)
    this.#lastUs.set(deviceKey, next)
    if (this.#lastUs.size > rememberedDevices) this.#forgetOldest()
    return next
  }

  #forgetOldest(): void {
    for (const deviceKey of this.#lastUs.keys()) {
      this.#lastUs.delete(deviceKey)
      return
    }
  }
}
