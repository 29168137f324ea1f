import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import pg from 'pg'
import { CONFIG, type Config } from '../../../foundation/config/config.js'
import { InvalidError, TooLargeError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import { readingOptions } from './reading-settings.js'
import type { RowReader, Statement } from './statement.js'

/** After this long PostgreSQL cancels a statement, so that no request occupies the database. */
const longestStatementMs = 10_000

/** How much one statement may return: texts can be long, and devices and keys many. */
const mostBytes = 64 * 1_048_576
/** Rough bytes of memory that a value takes beside its text. */
const valueBytes = 16

/** Connections for reading telemetry, apart from those that store it, so that much reading delays only readers. */
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

  /** The rows of a query; throws an UnavailableError when it takes too long, a TooLargeError when they are too many. */
  async rows<Row extends pg.QueryResultRow>({ text, values }: Statement): Promise<Row[]> {
    try {
      // Unnamed, so that it is planned for these values and leaves out partitions that they exclude.
      return (await this.pool.query<Row>({ text, values: [...values], types: boundedTypes() })).rows
    } catch (error) {
      throw explained(error)
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end()
  }
}

/** pg's own parsers, until they have parsed too much: then pg reads no further row and throws this error. */
function boundedTypes(): pg.CustomTypesConfig {
  let left = mostBytes
  const bounded = (oid: number) => {
    const parse = pg.types.getTypeParser(oid)
    return (text: string) => {
      left -= text.length + valueBytes
      if (left < 0) throw tooMuch()
      return parse(text)
    }
  }
  return { getTypeParser: bounded as typeof pg.types.getTypeParser }
}

function tooMuch(): TooLargeError {
  const detail = `This is over ${mostBytes / 1_048_576} MiB of values. Ask for a shorter range, fewer points, keys or devices.`
  return new TooLargeError(detail, 'too_large')
}

function explained(error: unknown): unknown {
  const code = error instanceof pg.DatabaseError ? error.code : undefined
  if (code === '57014')
    return new UnavailableError(
      `Reading this took over ${longestStatementMs / 1_000} seconds and was cancelled. Ask for a shorter range, fewer keys or a longer interval.`,
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
