import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createOrganization,
  signIn,
} from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, connectToken, registerDevice, requestToken } from '../mqtt/support.js'
import { apiKey, ask } from './callers.js'

const limits = 'apiKeys.perOrganization=3,credentials.perDevice=2,sessions.perPerson=3,tokens.perOwner=2'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: limits } })
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()
const times = <T>(count: number, make: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)))

it('an organization has so many API keys, also when they are made at once', async () => {
  const answers = await times(5, (n) => ask(admin, 'POST', '/api/v1/api-keys', { name: `key ${n}` }))
  expect(statuses(answers)).toEqual([201, 201, 201, 409, 409])
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'too_many_api_keys',
    detail: expect.stringContaining('at most 3 API keys. Delete'),
  })
  const made = answers.find(({ status }) => status === 201)?.body
  await admin.send('DELETE', `/api/v1/api-keys/${made?.id}`)
  expect((await ask(admin, 'POST', '/api/v1/api-keys', { name: 'in its place' })).status).toBe(201)
  await apiKey(platform, await createOrganization(admin))
})

it('a device has so many credentials, also when they are issued at once', async () => {
  const { id } = await registerDevice(admin)
  const answers = await times(4, () => ask(admin, 'POST', `/api/v1/devices/${id}/credentials`, {}))
  expect(statuses(answers)).toEqual([201, 409, 409, 409])
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('too_many_credentials')
  await registerDevice(admin)
})

it('a session has so many MQTT tokens at a time', async () => {
  const session = await signIn(platform, admin.email, admin.password, admin.organization)
  await requestToken(session)
  await requestToken(session)
  const refused = await ask(session, 'POST', '/api/v1/mqtt/tokens', {})
  expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_tokens' } })
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(refused.body['violated-policies']).toEqual(['tokens.perOwner'])
  expect(refused.headers.get('ratelimit-policy')).toBe('"tokens.perOwner";q=2;w=300')
  expect(refused.headers.get('ratelimit')).toBe('"tokens.perOwner";r=0;t=60')
  await platform.pool.query("UPDATE mqtt_token SET expires_at = now() - interval '1 second'")
  await requestToken(session)
})

it('a person has so many sign-in sessions: the oldest ends, with its connections', async () => {
  const first = await signIn(platform, admin.email, admin.password, admin.organization)
  const connection = await connectToken(await requestToken(first))
  const ended = closed(connection)
  const later = []
  for (let n = 0; n < 3; n++)
    later.push(await signIn(platform, admin.email, admin.password, admin.organization))
  await ended
  expect((await ask(first, 'GET', '/api/v1/me')).status).toBe(401)
  for (const session of later) expect((await ask(session, 'GET', '/api/v1/me')).status).toBe(200)
  const { rows } = await platform.pool.query('SELECT count(*)::int AS sessions FROM session')
  expect(rows).toEqual([{ sessions: 3 }])
})
