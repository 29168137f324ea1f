import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditRole, openAudit, sealAudit } from '../../../scripts/database/audit-role.mjs'
import { createDatabase, type TestDatabase } from '../../support/database.js'

let database: TestDatabase
let api: pg.Client

beforeAll(async () => {
  database = await createDatabase()
  api = new pg.Client({ connectionString: database.url })
  await api.connect()
  await api.query(`INSERT INTO organization (id, slug, name) VALUES (1, 'acme', 'Acme'), (2, 'gone', 'Gone')`)
  await insert(1, '0 days')
  await insert(1, '2 days')
  await insert(2, '0 days')
})
afterAll(async () => {
  await api?.end()
  await database?.drop()
})

const insert = (organization: number, age: string) =>
  api.query(
    `INSERT INTO audit_row (organization_id, at, actor, action, target)
     VALUES ($1, now() - $2::interval, 'platform', 'audit.trim', 'organization/acme')`,
    [organization, age],
  )

const count = async (organization: number): Promise<number> =>
  (await api.query('SELECT FROM audit_row WHERE organization_id = $1', [organization])).rowCount ?? 0

const remove = async (organization: number, before = 'infinity', most = 100): Promise<number> =>
  (await api.query('SELECT delete_audit_rows($1, $2, $3) AS deleted', [organization, before, most])).rows[0]
    .deleted

const changes = [
  `UPDATE audit_row SET actor = 'person:somebody'`,
  'DELETE FROM audit_row',
  'TRUNCATE audit_row',
  'ALTER TABLE audit_row DISABLE TRIGGER ALL',
  'DROP TRIGGER audit_row_append_only ON audit_row',
  'GRANT ALL ON audit_row TO heliograph_api',
  `CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  `SET ROLE ${auditRole}`,
]

describe('as the role of the api', () => {
  it.each(changes)('PostgreSQL refuses %s', async (sql) => {
    const refusal = await api.query(sql).then(
      // A GRANT of what one does not have is a warning that grants nothing.
      () => 'done',
      (error: Error & { code: string }) => error.code,
    )
    if (sql.startsWith('GRANT'))
      await expect(api.query('DELETE FROM audit_row')).rejects.toThrow(/permission/)
    else expect(refusal).toBe('42501')
    expect(await count(1)).toBe(2)
  })

  it('what a session sets opens nothing', async () => {
    await api.query(`SET heliograph.deletes_audit = 'yes'`)
    await expect(api.query('DELETE FROM audit_row')).rejects.toThrow(/permission denied/)
    await api.query('RESET heliograph.deletes_audit')
  })

  it('its function deletes the oldest, and spares the last day', async () => {
    expect(await remove(1)).toBe(1)
    expect(await remove(1)).toBe(0)
    expect(await count(1)).toBe(1)
  })

  it('the last day goes with an organization that is deleted', async () => {
    expect(await remove(2)).toBe(0)
    await api.query('UPDATE organization SET deleted_at = now() WHERE id = 2')
    expect(await remove(2)).toBe(1)
  })

  it('the platform itself is never deleted', async () => {
    await insert(0, '0 days')
    expect(await remove(0)).toBe(0)
    expect(await count(0)).toBe(1)
  })
})

describe('as the owner of the table, as in a database with one role', () => {
  it('a trigger refuses the same, and the function works', async () => {
    await openAudit(database.adminUrl)
    await insert(1, '3 days')
    for (const sql of changes.slice(0, 3))
      await expect(api.query(sql)).rejects.toThrow('rows of the audit are neither changed nor deleted')
    expect(await remove(1)).toBe(1)
    await expect(api.query('DELETE FROM audit_row')).rejects.toThrow(/neither changed nor deleted/)
    await sealAudit(database.adminUrl)
    await expect(api.query('DELETE FROM audit_row')).rejects.toThrow(/permission denied/)
  })
})
