import { DatabaseTakenError } from './foundation/database/database-claim.js'

/** Describes why the start failed, and what to do. */
export function describeStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof DatabaseTakenError) return error.message
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${address} is taken by another process. Stop it, or choose another PORT or MQTT_PORT.`
  }
  if (code === 'EACCES' && port !== undefined) {
    return `This user may not listen on port ${port}. Choose a PORT or MQTT_PORT above 1023.`
  }
  if (code === 'EADDRNOTAVAIL') {
    return `This machine has no address ${address}. Set HOST to one of its addresses, or to 0.0.0.0 for all.`
  }
  const database = databaseFailure(error)
  return database ?? error.message
}

function databaseFailure(error: Error): string | null {
  const { code } = error as NodeJS.ErrnoException
  const kind = error instanceof Error && 'meta' in error ? JSON.stringify(error.meta) : ''
  const text = `${code ?? ''} ${error.message} ${kind}`
  if (/P2021|42P01/.test(text)) {
    return 'The database has no tables of Heliograph yet. Run "node scripts/migrate.mjs" with this DATABASE_URL.'
  }
  if (/P1000|28P01|28000/.test(text)) {
    return 'The database refused the user or the password of DATABASE_URL. Correct them.'
  }
  if (/P1001|P1003|3D000|ECONNREFUSED|ENOTFOUND|ENOENT|connect/i.test(text)) {
    return `The database of DATABASE_URL does not answer (${error.message.split('\n').at(-1)?.trim()}). Is it running?`
  }
  return error.cause instanceof Error ? databaseFailure(error.cause) : null
}
