import type { Pool } from 'pg'

/** Names kept in memory; beyond, the dictionary starts anew from the database. */
const rememberedNames = 200_000

/** The ids of telemetry keys: names are stored once, and samples carry the number. Ids never change. */
export class KeyDictionary {
  readonly #ids = new Map<string, number>()

  constructor(private readonly pool: Pool) {}

  /** Gives each name's id, making those that are new. */
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
    // Sorted, so that two batches that make the same names never wait for each other in a circle.
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
