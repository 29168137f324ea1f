/**
 * What a failure of the store means for a batch (PostgreSQL, appendix A: error codes):
 * - `data`: one of its rows can never be stored (22 data exception, 23 constraint, 54 program limit);
 * - `race`: it conflicts with another transaction, and succeeds when tried again (40; 23503: a device was deleted
 *   meanwhile; a partition was dropped meanwhile);
 * - `away`: every other error, from a lost connection to a full disk. It is tried again until it succeeds.
 */
export type StoreFailure = 'data' | 'race' | 'away'

export function storeFailure(error: unknown): StoreFailure {
  const code = errorCode(error)
  if (code === '23503' || code.startsWith('40') || isMissingPartition(error)) return 'race'
  return /^(22|23|54)...$/.test(code) ? 'data' : 'away'
}

/** Whether a row has no partition: PostgreSQL reports a check violation without the name of a constraint. */
export function isMissingPartition(error: unknown): boolean {
  if (errorCode(error) !== '23514') return false
  return !(
    typeof error === 'object' &&
    error !== null &&
    'constraint' in error &&
    error.constraint !== undefined
  )
}

/** Whether a statement took longer than it may: PostgreSQL cancelled it, or pg gave up waiting, whose error has no code. */
export function isTimeout(error: unknown): boolean {
  return errorCode(error) === '57014' || (error instanceof Error && error.message === 'Query read timeout')
}

/** Why the store is away, in words for the public: the database's own message may hold secrets. */
export function awayReason(error: unknown): string {
  const code = errorCode(error)
  if (code === '53100') return 'the disk of the database is full'
  if (code === '25006') return 'the database is read-only'
  if (code.startsWith('53')) return 'the database is out of resources'
  if (code.startsWith('58') || code.startsWith('XX')) return 'the database cannot read or write its files'
  return 'the database does not answer'
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}
