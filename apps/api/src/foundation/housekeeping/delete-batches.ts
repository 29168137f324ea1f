import type { Pool } from 'pg'
import type { Budget } from './housekeeping.js'

/**
 * Repeats a DELETE until it finds nothing more or the budget is spent. Its last parameter is the number of rows that it may
 * delete. Returns how many it deleted.
 */
export async function deleteBatches(
  pool: Pool,
  budget: Budget,
  text: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const { batchRows } = budget
  for (let total = 0; ; ) {
    if (budget.spent) return total
    const { rowCount } = await budget.step(() => pool.query(text, [...values, batchRows]))
    total += rowCount ?? 0
    if ((rowCount ?? 0) < batchRows) return total
  }
}
