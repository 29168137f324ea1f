import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'

interface Entry {
  /** Null until it is counted. */
  keys: number | null
  countedAtMs: number
  counting: boolean
}

const rememberedOrganizations = 10_000

/** What is over its limit is counted again after this time, as its devices may have been deleted. */
const countAgainMs = 60_000

/** How many keys the devices of each organization have. Nobody waits for a count: until it is known, keys are made. */
export class OrganizationKeys {
  readonly #entries = new LRUCache<number, Entry>({ max: rememberedOrganizations })

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether an organization may have so many more keys. */
  fits(organizationId: number, more: number): boolean {
    const entry = this.#entries.get(organizationId) ?? this.#add(organizationId)
    const fits = entry.keys === null || entry.keys + more <= this.most
    if (!fits || entry.keys === null) this.#countWhenDue(organizationId, entry)
    return fits
  }

  /** So many keys were made. */
  made(organizationId: number, keys: number): void {
    const entry = this.#entries.get(organizationId)
    if (entry?.keys != null) entry.keys += keys
  }

  #add(organizationId: number): Entry {
    const entry = { keys: null, countedAtMs: Number.NEGATIVE_INFINITY, counting: false }
    this.#entries.set(organizationId, entry)
    return entry
  }

  #countWhenDue(organizationId: number, entry: Entry): void {
    if (entry.counting || this.now() - entry.countedAtMs < countAgainMs) return
    Object.assign(entry, { counting: true, countedAtMs: this.now() })
    this.pool
      .query<{ keys: number }>(countSql, [organizationId])
      .then(({ rows }) => {
        entry.keys = rows[0]?.keys ?? 0
      })
      // It is counted again when it is asked for.
      .catch(() => {})
      .finally(() => {
        entry.counting = false
      })
  }
}

const countSql = `
  SELECT count(*)::int AS keys FROM telemetry.latest JOIN public.device ON device.key = latest.device_key
  WHERE device.organization_id = $1`
