import type { Columns } from './columns.js'

/** Devices whose last assigned time is remembered; those heard longest ago are forgotten first. */
const rememberedDevices = 100_000

/**
 * Gives samples without a time the current one, in microseconds. It rises strictly for each device, within a message and
 * when the clock is set back too, so that no sample replaces another.
 */
export class TimestampAssigner {
  readonly #lastUs = new Map<number, number>()

  /** Values of one record get the same time. Returns the time of the first record that got one, or null. */
  assign(deviceKey: number, columns: Columns, nowMs: number): number | null {
    let row = 0
    let firstUs: number | null = null
    for (let record = 0; record < columns.records; record++) {
      const end = columns.recordEnds[record] as number
      if (Number.isNaN(columns.timesUs[row])) {
        const timeUs = this.#next(deviceKey, nowMs)
        firstUs ??= timeUs
        for (; row < end; row++) columns.timesUs[row] = timeUs
      }
      row = end
    }
    return firstUs
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
