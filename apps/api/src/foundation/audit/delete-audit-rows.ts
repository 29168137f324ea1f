import type { Pool } from 'pg'

/**
 * Deletes the oldest rows of an organization's audit up to a time; returns how many. The database lets the api delete them
 * in no other way, and keeps the last day of each organization that is not deleted itself.
 */
export async function deleteAuditRows(
  pool: Pool,
  { organizationId, before, most }: { organizationId: number; before: Date | 'infinity'; most: number },
): Promise<number> {
  const { rows } = await pool.query<{ deleted: number }>('SELECT delete_audit_rows($1, $2, $3) AS deleted', [
    organizationId,
    before,
    most,
  ])
  return rows[0]?.deleted ?? 0
}
