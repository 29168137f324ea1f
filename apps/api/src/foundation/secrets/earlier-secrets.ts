import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { Gauge } from 'prom-client'
import { Database } from '../database/database.service.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { FreshValue } from '../timers/fresh-value.js'
import { Secrets } from './secrets.js'

const tables = {
  'device credential': 'credential',
  'api key': 'api_key',
  application: 'application',
} as const

/**
 * Tells how many credentials, API keys and applications still depend on an earlier AUTH_SECRET: they would stop working if it were removed.
 * Rows of versions that did not note the key are taken for the current one's while there is no other.
 */
@Injectable()
export class EarlierSecrets implements OnApplicationBootstrap {
  private readonly logger = new Logger(EarlierSecrets.name)

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    { registry }: MetricsRegistry,
  ) {
    const counts = new FreshValue({ read: () => this.count(), freshMs: 5_000, readTimeoutMs: 1_000 })
    new Gauge({
      name: 'heliograph_earlier_secret_hashes',
      help: 'Credentials, API keys and applications that are hashed with an earlier AUTH_SECRET, which they need until they are used',
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        const known = await counts.get()
        this.reset()
        for (const [kind, rows] of known ?? []) this.set({ kind }, rows)
      },
    })
  }

  onApplicationBootstrap(): void {
    const isRotating = this.secrets.earlierAuthSecrets.length > 0
    const work = isRotating ? this.report() : this.stamp()
    work.catch((error: unknown) =>
      this.logger.warn(
        `it is not known how many secrets are hashed with an earlier AUTH_SECRET: ${error instanceof Error ? error.message : error}`,
      ),
    )
  }

  private async stamp(): Promise<void> {
    for (const table of Object.values(tables))
      await this.database.pools.background.query(`UPDATE ${table} SET hash_key = $1 WHERE hash_key IS NULL`, [
        this.secrets.keyId,
      ])
  }

  private async report(): Promise<void> {
    const counts = await this.count()
    const some = counts.filter(([, rows]) => rows > 0).map(([kind, rows]) => `${rows} × ${kind}`)
    this.logger.log(
      some.length === 0
        ? 'nothing is hashed with an earlier AUTH_SECRET any more: it may be removed a week after it was replaced, when the last sign-in of then has ended'
        : `hashed with an earlier AUTH_SECRET: ${some.join(', ')}; each is hashed anew when it is used, and stops working if that AUTH_SECRET is removed before`,
    )
  }

  private async count(): Promise<[kind: string, rows: number][]> {
    const count = async (table: string) => {
      const { rows } = await this.database.pools.background.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${table} WHERE hash_key IS DISTINCT FROM $1`,
        [this.secrets.keyId],
      )
      return rows[0]?.count ?? 0
    }
    return Promise.all(
      Object.entries(tables).map(
        async ([kind, table]): Promise<[string, number]> => [kind, await count(table)],
      ),
    )
  }
}
