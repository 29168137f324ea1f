import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, refusalCode, registerDevice } from '../mqtt/support.js'
import { OwnPostgres } from '../telemetry/own-postgres.js'
import { apiKey, ask } from './callers.js'

let postgres: OwnPostgres
let platform: Platform
let admin: Administrator

beforeAll(async () => {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  admin = await createAdministrator(platform)
})
afterAll(async () => {
  await platform?.stop()
  await postgres?.remove()
})

it('answers 503 as a problem while the database is away, and works again afterwards', async () => {
  const device = await registerDevice(admin)
  const unknownDevice = await registerDevice(admin)
  const script = await apiKey(platform, admin)
  const anonymous = createClient(platform.url)
  const { email, password } = admin
  const basic = `Basic ${btoa(`${unknownDevice.credential.username}:${unknownDevice.credential.password}`)}`
  const calls = [
    () => ask(script, 'GET', '/api/v1/devices'),
    () => ask(script, 'POST', '/api/v1/devices', { name: 'x' }),
    () => ask(admin, 'GET', `/api/v1/devices/${device.id}`),
    () => ask(admin, 'DELETE', `/api/v1/devices/${device.id}`),
    () => ask(admin, 'POST', '/api/v1/mqtt/tokens', {}),
    () => ask(admin, 'GET', `/api/v1/devices/${device.id}/telemetry`),
    () => ask(anonymous, 'POST', '/api/auth/sign-in/email', { email, password }),
    () => ask(admin, 'POST', '/api/auth/update-user', { name: 'Ada' }),
    () => ask(admin, 'POST', '/api/auth/sign-out', {}),
    () => ask(admin, 'GET', '/api/v1/me'),
    () =>
      ask(
        anonymous,
        'POST',
        `/api/v1/devices/${unknownDevice.id}/telemetry`,
        { a: 1 },
        { authorization: basic },
      ),
  ]
  await postgres.crash()
  for (const call of calls) {
    const answer = await call()
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    expect(answer.headers.get('retry-after')).toBe('2')
  }
  const ready = await ask(anonymous, 'GET', '/readyz')
  expect(ready).toMatchObject({ status: 503, body: { checks: { database: { detail: 'does not answer' } } } })
  expect((await ask(anonymous, 'GET', '/healthz')).status).toBe(200)
  expect(await refusalCode(connectDevice(platform, device))).toBe(3)

  await postgres.startAgain()
  await eventually(async () => expect((await ask(anonymous, 'GET', '/readyz')).status).toBe(200))
  expect((await ask(script, 'GET', '/api/v1/devices')).body.items).toHaveLength(2)
  expect((await ask(admin, 'GET', '/api/v1/me')).status).toBe(200)
  expect(await refusalCode(connectDevice(platform, device))).toBe('accepted')
})

it('answers 503, and can be stopped, while the database accepts queries without answering', async () => {
  const script = await apiKey(platform, admin)
  postgres.freeze()
  const answers = await Promise.all([
    ask(script, 'GET', '/api/v1/devices'),
    ask(script, 'POST', '/api/v1/devices', { name: 'x' }),
    ask(admin, 'GET', '/api/v1/me'),
    ask(admin, 'POST', '/api/auth/sign-out', {}),
  ])
  for (const { status, body } of answers) {
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'database_unavailable' })
  }
  expect(await platform.kill('SIGTERM')).toBe(0)
  postgres.thaw()
})
