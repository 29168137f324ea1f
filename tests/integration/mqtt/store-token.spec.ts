import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import {
  type NewToken,
  type StoreLimits,
  storeToken,
} from '../../../apps/api/src/messaging/tokens/store-token.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'

let database: TestDatabase
let organizationId: number
let session: string
let otherSession: string

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())
beforeEach(async () => {
  const { rows } = await database.pool.query<{ id: number }>(
    'INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id',
    [randomUUID().slice(0, 8)],
  )
  organizationId = rows[0]?.id ?? 0
  session = await signedIn()
  otherSession = await signedIn()
})

/** The session of a new administrator. */
async function signedIn(): Promise<string> {
  const id = randomUUID()
  await database.pool.query(
    `WITH person AS (
       INSERT INTO "user" (id, name, email, updated_at) VALUES ($1, 'Ada', $1 || '@example.com', now()) RETURNING id
     ), membership AS (
       INSERT INTO member (organization_id, user_id, role) SELECT $2::int, id, 'admin' FROM person
     )
     INSERT INTO session (id, token, expires_at, updated_at, user_id)
     SELECT $1, $1, now() + interval '1 day', now(), id FROM person`,
    [id, organizationId],
  )
  return id
}

function tokenOf(sessionId: string, clientId: string = randomUUID()): NewToken {
  return {
    id: randomUUID(),
    secretHash: randomBytes(32),
    clientId,
    organizationId,
    owner: { kind: 'session', id: sessionId },
    subscribe: ['acme/#'],
    publish: ['acme/apps/#'],
    expiresAtMs: Date.now() + 300_000,
  }
}

const limits: StoreLimits = { perOwner: 2, isOwnClientId: false }

it('stores a token with one statement', async () => {
  const query = vi.spyOn(database.pool, 'query')
  const token = tokenOf(session)
  expect(await storeToken(database.pool, token, limits)).toEqual({
    kind: 'stored',
    expiresAt: new Date(token.expiresAtMs),
    publish: token.publish,
  })
  expect(query).toHaveBeenCalledTimes(1)
  query.mockRestore()
})

it('waits for no disk, and nothing else that its connection does is affected', async () => {
  const client = await database.pool.connect()
  const setting = async () => (await client.query('SHOW synchronous_commit')).rows[0]?.synchronous_commit
  try {
    await client.query('SET synchronous_commit = on')
    await client.query('BEGIN')
    await storeToken(client, tokenOf(session), limits)
    expect(await setting()).toBe('off')
    await client.query('COMMIT')
    expect(await setting()).toBe('on')
  } finally {
    client.release(true)
  }
})

it('stores no token with the client id of another owner, unless it is known to be the owner’s own', async () => {
  const { clientId } = tokenOf(otherSession)
  await storeToken(database.pool, tokenOf(otherSession, clientId), limits)
  expect(await storeToken(database.pool, tokenOf(session, clientId), limits)).toEqual({
    kind: 'client_id_taken',
  })
  expect(await storeToken(database.pool, tokenOf(otherSession, clientId), limits)).toMatchObject({
    kind: 'stored',
  })
  const own = { ...limits, isOwnClientId: true }
  expect(await storeToken(database.pool, tokenOf(session, clientId), own)).toMatchObject({ kind: 'stored' })
})

it('stores no more tokens than an owner may have', async () => {
  for (let n = 0; n < 2; n++) await storeToken(database.pool, tokenOf(session), limits)
  expect(await storeToken(database.pool, tokenOf(session), limits)).toEqual({ kind: 'too_many' })
  expect(await storeToken(database.pool, tokenOf(otherSession), limits)).toMatchObject({ kind: 'stored' })
})

it('stores no token of a session that has ended, or of somebody who is no member', async () => {
  await database.pool.query('UPDATE session SET expires_at = now() WHERE id = $1', [session])
  expect(await storeToken(database.pool, tokenOf(session), limits)).toEqual({ kind: 'owner_ended' })
  await database.pool.query('DELETE FROM member WHERE user_id = $1', [otherSession])
  expect(await storeToken(database.pool, tokenOf(otherSession), limits)).toEqual({ kind: 'owner_ended' })
})
