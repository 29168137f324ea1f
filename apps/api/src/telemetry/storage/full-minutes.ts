import { minuteUs } from './roll-up-sql.js'

/** How many are remembered. One that is forgotten is noted again by the next commit into it. */
const remembered = 10_000

/** A series and the minute in which it has as many samples as it may. */
export interface FullMinute {
  deviceKey: number
  keyId: number
  /** When it begins, in microseconds. */
  ts: number
}

/** The minutes of series that take no more samples, as commits found them. */
export class FullMinutes {
  readonly #devices = new Map<number, Set<string>>()
  #count = 0

  get count(): number {
    return this.#count
  }

  add(full: readonly FullMinute[]): void {
    for (const { deviceKey, keyId, ts } of full) {
      const minutes = this.#devices.get(deviceKey) ?? new Set()
      this.#devices.set(deviceKey, minutes)
      if (!minutes.has(nameOf(keyId, ts))) this.#count += 1
      minutes.add(nameOf(keyId, ts))
    }
    for (const [oldest] of this.#devices) {
      if (this.#count <= remembered) return
      this.forgetDevice(oldest)
    }
  }

  /** Whether some minute of a device is full; then each of its samples has to be looked at. */
  hasDevice(deviceKey: number): boolean {
    return this.#devices.has(deviceKey)
  }

  has(deviceKey: number, keyId: number, timeUs: number): boolean {
    return this.#devices.get(deviceKey)?.has(nameOf(keyId, timeUs - (timeUs % minuteUs))) ?? false
  }

  forgetDevice(deviceKey: number): void {
    this.#count -= this.#devices.get(deviceKey)?.size ?? 0
    this.#devices.delete(deviceKey)
  }
}

function nameOf(keyId: number, minuteStartUs: number): string {
  return `${keyId} ${minuteStartUs}`
}
