import type { Columns } from '../samples/columns.js'

/** One key of one device, and its rows in the current batch. */
export interface Series {
  readonly deviceKey: number
  readonly keyId: number
  readonly rows: number[]
}

/**
 * Sorts a batch's series by the primary key, and the rows of each by time. PostgreSQL does not update a row twice in one
 * statement, so of rows with the same time only the last one is kept.
 */
export function orderSeries(series: Series[], columns: Columns): void {
  series.sort((a, b) => a.deviceKey - b.deviceKey || a.keyId - b.keyId)
  for (const { rows } of series) if (!rises(rows, columns.timesUs)) orderRows(rows, columns.timesUs)
}

function rises(rows: readonly number[], timesUs: readonly number[]): boolean {
  let last = -1
  for (const row of rows) {
    const timeUs = timesUs[row] as number
    if (timeUs <= last) return false
    last = timeUs
  }
  return true
}

function orderRows(rows: number[], timesUs: readonly number[]): void {
  const timeOf = (row: number) => timesUs[row] as number
  // The sort is stable: of equal times the last row is the one that came last.
  rows.sort((a, b) => timeOf(a) - timeOf(b))
  let kept = 0
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1]
    if (next !== undefined && timeOf(next) === timeOf(row)) continue
    rows[kept++] = row
  }
  rows.length = kept
}
