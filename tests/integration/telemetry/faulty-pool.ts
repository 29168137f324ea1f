import pg from 'pg'

/** What happens to a query: its connection is killed before it, while it runs, or once it is done and unheard of. */
export type Fault = 'none' | 'before' | 'during' | 'after'

/** A pool whose next queries meet the faults that are laid out for them, by pg_terminate_backend. */
export class FaultyPool extends pg.Pool {
  readonly faults: Fault[] = []
  struck = 0
  readonly #killer: pg.Pool

  constructor(config: pg.PoolConfig, killer: pg.Pool) {
    super({ ...config, Client: clientOf(() => this) })
    this.#killer = killer
    this.on('error', () => {})
  }

  async strike(processId: number): Promise<void> {
    this.struck += 1
    await this.#killer.query('SELECT pg_terminate_backend($1, 5000)', [processId])
  }
}

/** Queries by promise only, as the ingest makes them: through `query` of the pool or of a client taken from it. */
function clientOf(pool: () => FaultyPool): typeof pg.Client {
  return class FaultyClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config)
      this.on('error', () => {})
    }

    override query(...parameters: never[]): never {
      const last: unknown = parameters.at(-1)
      const run = (...all: unknown[]) => (super.query as (...all: unknown[]) => unknown)(...all)
      if (typeof last === 'function') {
        const callback = last as (error: unknown, result?: unknown) => void
        this.#faulty(() => run(...parameters.slice(0, -1)) as Promise<unknown>).then(
          (result) => callback(null, result),
          (error: unknown) => callback(error),
        )
        return undefined as never
      }
      return this.#faulty(() => run(...parameters) as Promise<unknown>) as never
    }

    async #faulty(run: () => Promise<unknown>): Promise<unknown> {
      const fault = pool().faults.shift() ?? 'none'
      if (fault === 'none') return run()
      const { processID } = this as unknown as { processID: number }
      if (fault === 'before') await pool().strike(processID)
      const running = run()
      running.catch(() => {})
      if (fault === 'during') await pool().strike(processID)
      const result = await running
      if (fault !== 'after') return result
      await pool().strike(processID)
      throw Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' })
    }
  }
}
