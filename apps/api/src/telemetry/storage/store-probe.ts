import type { Pool } from 'pg'

const answerTimeoutMs = 2_000

/**
 * Whether the database commits a small write now, and nobody locks the tables of telemetry. If it does, a statement that
 * timed out costs too much; if not, nothing can be said of the statement.
 */
export async function takesWrites(pool: Pool): Promise<boolean> {
  try {
    // Several statements in one message are one transaction. The message in the write-ahead log makes its commit durable.
    await pool.query({
      text: `SET LOCAL lock_timeout = '1s';
        LOCK TABLE telemetry.sample, telemetry.minute, telemetry.hour, telemetry.latest, telemetry.stale_bucket IN ROW EXCLUSIVE MODE;
        SELECT pg_logical_emit_message(true, 'heliograph', '')`,
      ...{ query_timeout: answerTimeoutMs },
    })
    return true
  } catch {
    return false
  }
}
