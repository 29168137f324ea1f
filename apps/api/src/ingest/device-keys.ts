import type { Pool } from 'pg'

/** Distinct keys that one device may have. */
export const maximumKeysPerDevice = 1_000

/** Keys kept in memory over all devices; beyond, the devices used longest ago are forgotten. */
const rememberedKeys = 500_000

/** Which keys each device has, to bound how many it may make. */
export class DeviceKeys {
  readonly #keys = new Map<number, Set<string>>()
  #count = 0

  constructor(private readonly pool: Pool) {}

  /** Loads what is not yet known of these devices, and marks them as used. */
  async prepare(deviceKeys: Iterable<number>): Promise<void> {
    const missing: number[] = []
    for (const deviceKey of new Set(deviceKeys)) {
      const known = this.#keys.get(deviceKey)
      this.#keys.delete(deviceKey)
      if (known === undefined) missing.push(deviceKey)
      else this.#keys.set(deviceKey, known)
    }
    if (missing.length > 0) await this.#load(missing)
  }

  /** Takes the names in, all or none: false when the device would have too many. Call `prepare` before. */
  admit(deviceKey: number, names: ReadonlySet<string>): boolean {
    const known = this.#keys.get(deviceKey) ?? new Set()
    const fresh = [...names].filter((name) => !known.has(name))
    if (known.size + fresh.length > maximumKeysPerDevice) return false
    for (const name of fresh) known.add(name)
    this.#keys.set(deviceKey, known)
    this.#count += fresh.length
    return true
  }

  forget(deviceKey: number): void {
    this.#count -= this.#keys.get(deviceKey)?.size ?? 0
    this.#keys.delete(deviceKey)
  }

  async #load(deviceKeys: number[]): Promise<void> {
    const { rows } = await this.pool.query<{ deviceKey: number; name: string }>(
      `SELECT latest.device_key AS "deviceKey", key.name
       FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
       WHERE latest.device_key = ANY($1::int[])`,
      [deviceKeys],
    )
    const loaded = new Map(deviceKeys.map((deviceKey) => [deviceKey, new Set<string>()]))
    for (const { deviceKey, name } of rows) loaded.get(deviceKey)?.add(name)
    for (const [oldest] of this.#keys) {
      if (this.#count + rows.length <= rememberedKeys) break
      this.forget(oldest)
    }
    for (const [deviceKey, names] of loaded) this.#keys.set(deviceKey, names)
    this.#count += rows.length
  }
}
