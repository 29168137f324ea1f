import pg from 'pg'
import { apiRole } from './api-role.mjs'

/** The role that owns the table of the audit. Nobody can connect as it. */
export const auditRole = 'heliograph_audit'

/**
 * Takes the table of the audit, and the functions that may delete from it, from the api's role: that adds rows and reads
 * them, and neither changes nor deletes any by itself. May be repeated.
 * @param {string} adminUrl of the migrated database, as a superuser
 */
export async function sealAudit(adminUrl) {
  await run(adminUrl, [
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${auditRole}') THEN
         CREATE ROLE ${auditRole} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
       END IF;
     END $$`,
    ...owned.map((object) => `ALTER ${object} OWNER TO ${auditRole}`),
    `REVOKE ALL ON TABLE public.audit_row FROM PUBLIC, ${apiRole}`,
    `REVOKE ALL ON FUNCTION ${deleteFunction} FROM PUBLIC, ${apiRole}`,
    `GRANT SELECT, INSERT ON TABLE public.audit_row TO ${apiRole}`,
    `GRANT USAGE, SELECT ON SEQUENCE public.audit_row_id_seq TO ${apiRole}`,
    `GRANT EXECUTE ON FUNCTION ${deleteFunction} TO ${apiRole}`,
    // By which the function knows whether an organization is deleted.
    `GRANT SELECT (id, deleted_at) ON TABLE public.organization TO ${auditRole}`,
  ])
}

/**
 * Gives the table back to the api's role, so that a migration can change it. `sealAudit` has to follow.
 * @param {string} adminUrl of the database, as a superuser
 */
export async function openAudit(adminUrl) {
  await run(adminUrl, [
    `DO $$ DECLARE object TEXT; BEGIN
       FOREACH object IN ARRAY ARRAY['${owned.join("', '")}'] LOOP
         IF object LIKE 'TABLE %' AND to_regclass(substr(object, 7)) IS NOT NULL
           OR object LIKE 'FUNCTION %' AND to_regprocedure(substr(object, 10)) IS NOT NULL
         THEN EXECUTE format('ALTER %s OWNER TO ${apiRole}', object); END IF;
       END LOOP;
     END $$`,
  ])
}

const deleteFunction = 'public.delete_audit_rows(integer, timestamptz, integer)'

const owned = [
  'TABLE public.audit_row',
  `FUNCTION ${deleteFunction}`,
  'FUNCTION public.refuse_audit_change()',
]

/**
 * Runs statements in one transaction, so that the table is never half given.
 * @param {string} adminUrl
 * @param {string[]} statements
 */
async function run(adminUrl, statements) {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    // Functions of the same names that the api's role has made must not run as a superuser.
    await client.query('SET search_path = pg_catalog, pg_temp')
    await client.query(`BEGIN; ${statements.join('; ')}; COMMIT`)
  } finally {
    await client.end()
  }
}
