import type { Pool } from 'pg'
import { KeyDictionary } from './key-dictionary.js'
import type { Series } from './series.js'

/** How many series are kept in memory; when there are more, the devices that were loaded longest ago are forgotten. */
const rememberedSeries = 500_000

/** The series of each device by the names of their keys, and the limit on how many a device may have. */
export class DeviceKeys {
  readonly #devices = new Map<number, Map<string, Series>>()
  readonly #dictionary: KeyDictionary
  #count = 0

  constructor(
    private readonly pool: Pool,
    private readonly mostPerDevice: number,
  ) {
    this.#dictionary = new KeyDictionary(pool)
  }

  /** The known series of a device, if it is loaded. Valid only in this turn of the event loop, after which it may be forgotten. */
  seriesOf(deviceKey: number): ReadonlyMap<string, Series> | undefined {
    return this.#devices.get(deviceKey)
  }

  /** Loads the series of these devices. */
  async load(deviceKeys: readonly number[]): Promise<void> {
    const { rows } = await this.pool.query<{ deviceKey: number; keyId: number; name: string }>(
      `SELECT latest.device_key AS "deviceKey", latest.key_id AS "keyId", key.name
       FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
       WHERE latest.device_key = ANY($1::int[])`,
      [deviceKeys],
    )
    this.#makeRoom(rows.length)
    for (const deviceKey of deviceKeys) {
      this.forget(deviceKey)
      this.#devices.set(deviceKey, new Map())
    }
    for (const { deviceKey, keyId, name } of rows) this.#add(deviceKey, keyId, name)
  }

  /** Makes series for keys that are new to a device; `fits` has to allow them before. */
  async make(wanted: ReadonlyMap<number, ReadonlySet<string>>): Promise<void> {
    const names = new Set<string>()
    for (const some of wanted.values()) for (const name of some) names.add(name)
    const ids = await this.#dictionary.resolve(names)
    for (const [deviceKey, some] of wanted)
      for (const name of some) {
        const keyId = ids.get(name)
        if (keyId === undefined) throw new Error(`no id for the telemetry key ${JSON.stringify(name)}`)
        this.#add(deviceKey, keyId, name)
      }
  }

  /** Whether a device may have so many more keys. */
  fits(deviceKey: number, more: number): boolean {
    return (this.#devices.get(deviceKey)?.size ?? 0) + more <= this.mostPerDevice
  }

  forget(deviceKey: number): void {
    this.#count -= this.#devices.get(deviceKey)?.size ?? 0
    this.#devices.delete(deviceKey)
  }

  /** A device that was forgotten meanwhile is skipped: it is loaded completely when it is needed. */
  #add(deviceKey: number, keyId: number, name: string): void {
    const series = this.#devices.get(deviceKey)
    if (series === undefined || series.has(name)) return
    series.set(name, { deviceKey, keyId, rows: [] })
    this.#count += 1
  }

  #makeRoom(more: number): void {
    for (const [oldest] of this.#devices) {
      if (this.#count + more <= rememberedSeries) return
      this.forget(oldest)
    }
  }
}
