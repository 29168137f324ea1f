import pg from 'pg'
import { expect, it } from 'vitest'
import { deviceSessionId } from '../../../apps/api/src/messaging/connections/session-ids.js'
import { readMigrations } from '../../../scripts/database/migrations.mjs'
import { createEmptyDatabase } from '../../support/database.js'

const retainedOwner = '20261130160000_broker_retained_owner'
const sessionAccount = '20261130170000_broker_session_account'
const namedByDevice = '20261130120000_broker_session_device'

it('retained messages from before shares count towards their organization, and the platform’s towards none', async () => {
  const database = await createEmptyDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  try {
    for (const { name, sql } of await readMigrations()) {
      if (name === retainedOwner)
        await pool.query(`INSERT INTO broker.retained (topic, payload, qos)
          VALUES ('acme/apps/chat/devices', 'x', 1), ('acme/devices/pump/state/desired', 'x', 1)`)
      await pool.query(sql)
      if (name === retainedOwner) break
    }
    const { rows } = await pool.query(
      'SELECT owner, owner_group AS of, retained_at::int AS at FROM broker.retained ORDER BY topic',
    )
    expect(rows).toEqual([
      { owner: '', of: 'acme', at: 0 },
      { owner: null, of: null, at: 0 },
    ])
  } finally {
    await pool.end()
    await database.drop()
  }
})

it('stored sessions from before shares count towards their owner and organization', async () => {
  const database = await createEmptyDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  try {
    for (const { name, sql } of await readMigrations()) {
      if (name === sessionAccount)
        await pool.query(`
          INSERT INTO "user" (id, name, email, email_verified, created_at, updated_at)
          VALUES ('ann', 'Ann', 'ann@example.com', true, now(), now());
          INSERT INTO session (id, user_id, token, expires_at, created_at, updated_at)
          VALUES ('tab', 'ann', 't', now(), now(), now());
          INSERT INTO broker.session (session_id, offline_since, owner)
          VALUES ('acme/d/42/pump', 5, 'device 42'), ('acme/u/page', 5, 'session tab')`)
      await pool.query(sql)
      if (name === sessionAccount) break
    }
    const { rows } = await pool.query(
      'SELECT quota_owner AS of, owner_group AS in FROM broker.session ORDER BY session_id',
    )
    expect(rows).toEqual([
      { of: 'device 42', in: 'acme' },
      { of: 'user ann', in: 'acme' },
    ])
  } finally {
    await pool.end()
    await database.drop()
  }
})

it('stored sessions of devices from before they were named by the device are kept, with all they hold', async () => {
  const database = await createEmptyDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  try {
    for (const { name, sql } of await readMigrations()) {
      if (name === namedByDevice) await insert(pool)
      await pool.query(sql)
      if (name === namedByDevice) break
    }
    const [pump, second] = [deviceSessionId('acme', 42, 'pump'), deviceSessionId('acme', 42, 'pump:2')]
    const person = 'acme/u/page'
    const ids = async (table: string) =>
      (await pool.query(`SELECT session_id AS id FROM broker.${table} ORDER BY 1`)).rows.map(({ id }) => id)
    expect(await ids('session')).toEqual([pump, second, person].sort())
    expect(await ids('subscription')).toEqual([pump, pump, person].sort())
    expect(await ids('inbound')).toEqual([second])
    expect(await ids('entry')).toEqual([pump, person].sort())
  } finally {
    await pool.end()
    await database.drop()
  }
})

async function insert(pool: pg.Pool): Promise<void> {
  await pool.query(`
    INSERT INTO broker.session (session_id, offline_since, owner)
    VALUES ('acme/d/pump', 5, 'device 42'), ('acme/d/pump:2', 5, 'device 42'), ('acme/u/page', 5, 'session x');
    INSERT INTO broker.subscription VALUES ('acme/d/pump', 'a', 1), ('acme/d/pump', 'b', 1), ('acme/u/page', 'a', 1);
    INSERT INTO broker.inbound VALUES ('acme/d/pump:2', 7);
    INSERT INTO broker.entry (session_id, sequence, topic, payload, message_qos, qos, retain, packet_id, released)
    VALUES ('acme/d/pump', 1, 'a', 'x', 1, 1, false, 0, false), ('acme/u/page', 1, 'a', 'x', 1, 1, false, 0, false)`)
}
