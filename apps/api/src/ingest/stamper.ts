import type { CheckedValue } from './check.js'
import type { Sample } from './sample.js'

/** Devices whose last stamp is remembered; those heard longest ago are forgotten first. */
const rememberedDevices = 100_000

/**
 * Gives a time to samples that have none: this machine's, in microseconds, strictly rising per device, so that no
 * sample swallows another, not within one message and not when the clock is set back.
 */
export class Stamper {
  readonly #lastUs = new Map<number, number>()

  stamp(deviceKey: number, values: readonly CheckedValue[], nowMs: number): Sample[] {
    let record = -1
    let stampUs = 0
    return values.map((value) => {
      if (value.tsUs === null && value.record !== record) {
        record = value.record
        stampUs = this.#next(deviceKey, nowMs)
      }
      return { key: value.key, tsUs: value.tsUs ?? stampUs, number: value.number, json: value.json }
    })
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
