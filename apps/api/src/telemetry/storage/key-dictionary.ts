import type { Pool } from 'pg'

/** How many names are kept in memory; when there are more, all are forgotten and loaded again when they are needed. */
const rememberedNames = 200_000

/** The ids of telemetry keys: each name is stored once, and samples have its id, which never changes. */
export class KeyDictionary {
  readonly #ids = new Map<string, number>()

  constructor(private readonly pool: Pool) {}

  /** Returns the ids by name, and makes those that are new. */
  async resolve(names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const missing = [...names].filter((name) => !this.#ids.has(name))
    if (missing.length > 0) await this.#load(missing, names)
    return this.#ids
  }

  async #load(missing: string[], wanted: ReadonlySet<string>): Promise<void> {
    if (this.#ids.size + missing.length > rememberedNames) {
      this.#ids.clear()
      missing = [...wanted]
    }
    // Sorted, so that two batches that make the same names do not deadlock.
    missing.sort()
    await this.pool.query(
      `INSERT INTO telemetry.key (name) SELECT unnest($1::text[])
       EXCEPT SELECT name FROM telemetry.key WHERE name = ANY($1::text[])
       ORDER BY 1 ON CONFLICT (name) DO NOTHING`,
      [missing],
    )
    const { rows } = await this.pool.query<{ id: number; name: string }>(
      'SELECT id, name FROM telemetry.key WHERE name = ANY($1::text[])',
      [missing],
    )
    for (const { id, name } of rows) this.#ids.set(name, id)
  }
}
