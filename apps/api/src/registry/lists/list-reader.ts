import { Injectable } from '@nestjs/common'
import type { QueryResultRow } from 'pg'
import { busyError } from '../../foundation/concurrency/busy-error.js'
import type { ConcurrencyLimiter, Share } from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { wasCanceled } from '../../foundation/database/canceled.js'
import { Database } from '../../foundation/database/database.service.js'
import { poolSettings } from '../../foundation/database/pool-settings.js'
import { UnavailableError } from '../../foundation/errors/domain-errors.js'
import { type Principal, shareOf } from '../../foundation/principal/principal.js'
import { listLimits } from './list-limits.js'

/** Reads lists of the registry on connections of their own, in turns and within a time, however many are asked for. */
@Injectable()
export class ListReader {
  private readonly limiter: ConcurrencyLimiter

  constructor(
    private readonly database: Database,
    private readonly limiters: ConcurrencyLimiters,
  ) {
    this.limiter = limiters.make(listLimits, (limits, busy) => busyError('lists', limits, busy))
  }

  /** The rows of a query; throws an UnavailableError when it takes too long, or its turn does not come. */
  rows<Row extends QueryResultRow>(
    principal: Principal,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return this.rowsFor(shareOf(principal), text, values)
  }

  /** The same for a caller without an organization. */
  rowsFor<Row extends QueryResultRow>(
    share: Share,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { work } = this.limiters
    return this.limiter.run(share, async () => {
      try {
        const query = () => this.database.pools.lists.query<Row>(text, [...values])
        const { rows } = await work.measure(share, query)
        work.spend(share, rows.length * rowMs)
        return rows
      } catch (error) {
        throw wasCanceled(error) ? tookTooLong() : error
      }
    })
  }
}

/** Measured: what this process takes to read, check and write a row. */
const rowMs = 0.05

function tookTooLong(): UnavailableError {
  const detail = `This list took over ${poolSettings.lists.statementMs / 1_000} seconds and was cancelled. Narrow the search: three letters or more that occur together, a tag or a type, and sort by name, id or createdAt.`
  return new UnavailableError(detail, 'query_timeout')
}
