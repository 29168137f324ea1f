/**
 * What a failure of the store means for a batch (PostgreSQL, appendix A: error codes):
 * - `data`: one of its rows can never be stored (22 data exception, 23 constraint, 54 program limit);
 * - `race`: it met another transaction, and succeeds when tried again (40, and 23503: a device deleted meanwhile);
 * - `away`: everything else, from a lost connection to a full disk. It is tried again until it succeeds.
 */
export type StoreFailure = 'data' | 'race' | 'away'

export function storeFailure(error: unknown): StoreFailure {
  const code = errorCode(error)
  if (code === '23503' || code.startsWith('40')) return 'race'
  return /^(22|23|54)...$/.test(code) ? 'data' : 'away'
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}
