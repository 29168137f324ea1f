import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import pg from 'pg'
import { CONFIG, type Config } from '../config.js'
import { InvalidError, UnavailableError } from '../errors/domain-errors.js'
import { readingOptions } from './reading-settings.js'
import type { RowReader, Statement } from './statement.js'

/** After this long PostgreSQL gives a question up, so that no request holds the database. */
const longestStatementMs = 10_000

/** Connections for reading telemetry, apart from those that store it: whoever reads a lot delays only readers. */
@Injectable()
export class ReadingPool implements RowReader, OnApplicationShutdown {
  private readonly logger = new Logger(ReadingPool.name)
  private readonly pool: pg.Pool

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new pg.Pool({
      connectionString: config.databaseUrl,
      connectionTimeoutMillis: 10_000,
      query_timeout: longestStatementMs + 5_000,
      statement_timeout: longestStatementMs,
      options: readingOptions,
      max: 6,
      application_name: 'heliograph reading',
    })
    // Without a listener, a connection that breaks while idle would end the process.
    this.pool.on('error', (error) => this.logger.warn(`an idle connection broke: ${error.message}`))
  }

  /** The rows of a query; throws an UnavailableError when it takes too long. */
  async rows<Row extends pg.QueryResultRow>({ text, values }: Statement): Promise<Row[]> {
    try {
      // Unnamed, so that it is planned for these very values and leaves out partitions that they exclude.
      return (await this.pool.query<Row>(text, [...values])).rows
    } catch (error) {
      throw explained(error)
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end()
  }
}

function explained(error: unknown): unknown {
  const code = error instanceof pg.DatabaseError ? error.code : undefined
  if (code === '57014')
    return new UnavailableError(
      `Reading this took over ${longestStatementMs / 1_000} seconds and was given up. Ask for a shorter range, fewer keys or a longer interval.`,
      'query_timeout',
    )
  if (code === '22003')
    return new InvalidError(
      'The sum of these numbers is greater than a double can be. Ask for a shorter interval.',
      'out_of_range',
      [{ path: 'aggregate', message: 'leaves the range of a double' }],
    )
  return error
}
