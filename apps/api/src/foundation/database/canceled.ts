/** 57014, query canceled: it took longer than `statement_timeout`. 55P03, lock not available: it waited longer than `lock_timeout`. */
const codes = new Set(['57014', '55P03'])

/** Whether PostgreSQL canceled a statement because it took too long; raw SQL and Prisma say so differently. */
export function wasCanceled(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if ('code' in error && typeof error.code === 'string' && codes.has(error.code)) return true
  if ('originalCode' in error && typeof error.originalCode === 'string' && codes.has(error.originalCode))
    return true
  return ['cause', 'meta', 'driverAdapterError'].some(
    (name) => name in error && wasCanceled((error as Record<string, unknown>)[name]),
  )
}
