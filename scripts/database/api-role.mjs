import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import pg from 'pg'

/** The role as which the api and its migrations connect: it owns the database and what is in it, and nothing else. */
export const apiRole = 'heliograph_api'

/**
 * Makes the api's role, or takes from an existing one what it must not be able to do, and gives it the database with all
 * that belongs to the connecting role, as databases of earlier versions and restored dumps do. May be repeated.
 * @param {string} adminUrl of the database, as a superuser
 * @param {string} password of letters and digits
 */
export async function giveToApiRole(adminUrl, password) {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    // Functions of the same names that the api's role has made must not run as a superuser.
    await client.query('SET search_path = pg_catalog, pg_temp')
    await makeRole(client, password)
    const { rows } = await client.query('SELECT current_database() AS name')
    const database = client.escapeIdentifier(rows[0].name)
    await client.query(`ALTER DATABASE ${database} OWNER TO ${apiRole}`)
    // Each in a transaction of its own: PostgreSQL has room for the locks of a few thousand tables.
    for (const { target } of (await client.query(ownedSql)).rows) {
      await client.query(`ALTER ${target} OWNER TO ${apiRole}`)
    }
  } finally {
    await client.end()
  }
}

/**
 * The password of the api's role, which is made when the file is missing.
 * @param {string} file
 */
export function apiPassword(file) {
  if (fs.existsSync(file)) return fs.readFileSync(file, 'utf8').trim()
  const password = randomBytes(24).toString('hex')
  fs.writeFileSync(file, password, { mode: 0o600 })
  return password
}

/**
 * @param {pg.Client} client
 * @param {string} password
 */
async function makeRole(client, password) {
  const { rows } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [apiRole])
  await client.query(`
    ${rows.length > 0 ? 'ALTER' : 'CREATE'} ROLE ${apiRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
      NOBYPASSRLS PASSWORD ${client.escapeLiteral(password)}`)
  const granted = await client.query(
    `SELECT roleid::regrole AS role, grantor::regrole AS grantor FROM pg_auth_members WHERE member = $1::regrole`,
    [apiRole],
  )
  for (const { role, grantor } of granted.rows) {
    await client.query(`REVOKE ${role} FROM ${apiRole} GRANTED BY ${grantor} CASCADE`)
  }
}

/**
 * What belongs to the connecting role outside of PostgreSQL's own schemas and of extensions, as ALTER names it. Indexes and
 * the sequences of columns follow their tables, and row types too.
 */
const ownedSql = `
  WITH owned AS (
    SELECT 'pg_namespace'::regclass AS catalog, oid, nspowner AS owner, oid AS namespace,
      format('SCHEMA %I', nspname) AS target
    FROM pg_namespace
    UNION ALL
    SELECT 'pg_class'::regclass, oid, relowner, relnamespace,
      format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
        oid::regclass)
    FROM pg_class c
    WHERE relkind IN ('r', 'p', 'v', 'm') OR relkind = 'S' AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))
    UNION ALL
    SELECT 'pg_type'::regclass, oid, typowner, typnamespace, format('TYPE %s', oid::regtype)
    FROM pg_type
    WHERE typtype IN ('e', 'd', 'r') OR typtype = 'c' AND EXISTS (
      SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c')
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, proowner, pronamespace, format('ROUTINE %s', oid::regprocedure)
    FROM pg_proc
  )
  SELECT target
  FROM owned JOIN pg_namespace n ON n.oid = namespace
  WHERE owner = current_user::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT (catalog = 'pg_namespace'::regclass AND nspname = 'public')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = catalog AND d.objid = owned.oid AND d.deptype = 'e')
  ORDER BY catalog, target`
