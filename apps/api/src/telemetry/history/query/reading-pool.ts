import { Injectable } from '@nestjs/common'
import pg from 'pg'
import { wasCanceled } from '../../../foundation/database/canceled.js'
import { Database } from '../../../foundation/database/database.service.js'
import { poolSettings } from '../../../foundation/database/pool-settings.js'
import { InvalidError, TooLargeError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import type { RowReader, Statement } from './statement.js'

/** How much one statement may return: texts can be long, and devices and keys many. */
const mostBytes = 64 * 1_048_576
/** Rough bytes of memory that a value takes beside its text. */
const valueBytes = 16

/** Reads telemetry on connections apart from those that store it, so that much reading delays only readers. */
@Injectable()
export class ReadingPool implements RowReader {
  constructor(private readonly database: Database) {}

  /** The rows of a query; throws an UnavailableError when it takes too long, a TooLargeError when they are too many. */
  async rows<Row extends pg.QueryResultRow>({ text, values }: Statement): Promise<Row[]> {
    try {
      // Unnamed, so that it is planned for these values and leaves out partitions that they exclude.
      const query = { text, values: [...values], types: boundedTypes() }
      return (await this.database.pools.history.query<Row>(query)).rows
    } catch (error) {
      throw explained(error)
    }
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
  if (wasCanceled(error))
    return new UnavailableError(
      `Reading this took over ${poolSettings.history.statementMs / 1_000} seconds and was cancelled. Ask for a shorter range, fewer keys or a longer interval.`,
      'query_timeout',
    )
  if (error instanceof pg.DatabaseError && error.code === '22003')
    return new InvalidError(
      'The sum of these numbers is greater than a double can be. Ask for a shorter interval.',
      'out_of_range',
      [{ path: 'aggregate', message: 'leaves the range of a double' }],
    )
  return error
}
