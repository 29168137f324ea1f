import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { columnsOf, type Row, type Statement, type StoreClient } from './statement.js'

/**
 * A connection that the store keeps for itself, so that it never waits for one of the pool. When a transaction fails its
 * connection is closed, so that nothing that was sent on it can be carried out later, after a newer transaction.
 */
export class StoreConnection {
  #client: PoolClient | null = null

  constructor(private readonly pool: Pool) {}

  /** Runs everything in one transaction: all of it is kept, or nothing. */
  async transaction<Result>(work: (client: StoreClient) => Promise<Result>): Promise<Result> {
    const client = await this.#open()
    try {
      await query(client, 'BEGIN')
      const result = await work({
        query: (text) => query(client, text),
        run: (statement, rows) => run(client, statement, rows),
      })
      await query(client, 'COMMIT')
      return result
    } catch (error) {
      this.#drop(client)
      throw error
    }
  }

  /** Ends the connection, and with it what runs on it. */
  close(): void {
    if (this.#client) this.#drop(this.#client)
  }

  async #open(): Promise<PoolClient> {
    if (this.#client) return this.#client
    const client = await this.pool.connect()
    client.on('error', () => this.#drop(client))
    this.#client = client
    try {
      await query(client, setUp)
    } catch (error) {
      this.#drop(client)
      throw error
    }
    return client
  }

  #drop(client: PoolClient): void {
    if (this.#client !== client) return
    this.#client = null
    client.release(true)
  }
}

/** After this long without an answer the connection is closed. */
const answerTimeoutMs = 15_000

// Every statement finds its rows by key. A plan made while a table was empty must not read all of it when it is not.
const setUp = 'SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off'

async function query<R extends QueryResultRow>(client: PoolClient, text: string): Promise<R[]> {
  const { rows } = await client.query<R>({ text, ...{ query_timeout: answerTimeoutMs } })
  return rows
}

async function run<R extends QueryResultRow>(
  client: PoolClient,
  { name, text, columns }: Statement,
  rows: readonly Row[],
): Promise<R[]> {
  const result = await client.query<R>({
    name: `broker-${name}`,
    text,
    values: columnsOf(rows, columns),
    ...{ query_timeout: answerTimeoutMs },
  })
  return result.rows
}
