import { once } from 'node:events'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { registerDevice } from '../mqtt/support.js'
import { apiKey, ask } from './callers.js'

let platform: Platform
let admin: Administrator
let script: HttpClient

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  script = await apiKey(platform, admin)
})
afterAll(() => platform?.stop())

const half = '\ud800'
const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')
const manyKeys = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])))
const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`

/** Every refusal, of each part of the platform, is a problem with a code. */
function expectProblem(answer: Awaited<ReturnType<typeof ask>>, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: { status, code, detail: expect.any(String) } })
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
}

describe('text that cannot be stored or shown', () => {
  it.each([
    ['POST', '/api/v1/devices', { name: half }],
    ['POST', '/api/v1/devices', { name: 'a\0' }],
    ['PATCH', '/api/v1/devices/there', { name: half }],
    ['POST', '/api/v1/devices/there/credentials', { name: half }],
    ['POST', '/api/v1/api-keys', { name: `${half}a` }],
    ['POST', '/api/v1/devices', { name: 'pump \u202e7' }],
    ['GET', '/api/v1/devices/there/telemetry?keys=a%00', undefined],
    ['GET', `/api/v1/devices?search=%00`, undefined],
  ])('is refused: %s %s', async (method, path, body) => {
    await script.request('POST', '/api/v1/devices', { name: 'there', id: 'there' })
    expectProblem(await ask(script, method, path, body), 400, 'invalid')
  })

  it.each([
    `/api/v1/devices/there/telemetry?cursor=${cursor([1, 'a\0'])}`,
    `/api/v1/devices?sort=createdAt&cursor=${cursor(['createdAt', '0000-01-01T00:00:00Z', 'a'])}`,
    `/api/v1/devices?cursor=${cursor(['name', 'a\0', 'b'])}`,
    `/api/v1/devices/there/presence?cursor=${cursor(['-1'])}`,
  ])('is refused in a cursor: %s', async (path) => {
    await script.request('POST', '/api/v1/devices', { name: 'there', id: 'there' })
    expectProblem(await ask(script, 'GET', path), 400, 'invalid_cursor')
  })
})

it.each([
  [
    Buffer.from('{"name":"\xb0C"}', 'latin1'),
    'The body is not valid UTF-8: unexpected byte 0xb0 at position 9.',
  ],
  [Buffer.from('{"name":"x",}'), 'The body is not valid JSON: unexpected "}" at position 12.'],
])('says what is wrong with a body that is not JSON in UTF-8', async (body, detail) => {
  const sent = await fetch(`${platform.url}/api/v1/devices`, {
    method: 'POST',
    body: Uint8Array.from(body),
    headers: { 'content-type': 'application/json' },
  })
  expect([sent.status, await sent.json()]).toMatchObject([400, { code: 'bad_request', detail }])
})

it('writes one line about bodies that are aborted, and no stack', async () => {
  const abort = async (path: string) => {
    const socket = net.connect(platform.port, '127.0.0.1')
    await once(socket, 'connect')
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: x',
      'content-type: application/json',
      'content-length: 1000',
    ]
    await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"name":`, resolve))
    socket.destroy()
  }
  const before = platform.logs().length
  const since = () => platform.logs().slice(before)
  for (const path of ['/api/auth/sign-in/email', '/api/v1/setup']) {
    await Promise.all(Array.from({ length: 20 }, () => abort(path)))
  }
  await vi.waitFor(() => expect(since()).toContain('ended its request before its body was whole'), {
    timeout: 20_000,
    interval: 20,
  })
  await script.send('GET', '/api/v1/devices')
  const lines = since()
    .split('\n')
    .filter((line) => /abort|body was whole|ECONNRESET/.test(line))
  // One for each of the two parts of the api that read bodies, at most.
  expect(lines.length).toBeLessThanOrEqual(2)
  expect(since()).not.toMatch(/ at .*\.js|Error: aborted/)
})

it('accepts its own cursors, also with the longest names', async () => {
  for (const [id, name] of [
    ['long-1', '語'.repeat(120)],
    ['long-2', '誤'.repeat(120)],
  ]) {
    await script.send('POST', '/api/v1/devices', { id: `${id}${'x'.repeat(58)}`, name, tags: ['long'] })
  }
  const first = await ask(script, 'GET', '/api/v1/devices?tag=long&limit=1')
  const second = await ask(script, 'GET', `/api/v1/devices?tag=long&limit=1&cursor=${first.body.nextCursor}`)
  expect(second).toMatchObject({ status: 200, body: { items: [{ name: '誤'.repeat(120) }] } })
})

describe('an address that cannot be read', () => {
  it.each([
    ['/api/v1/devices/%zz', 400, 'bad_request'],
    ['/api/v1/devices/%ED%A0%80', 400, 'bad_request'],
    [`/api/v1/devices/${'a'.repeat(300)}`, 414, 'too_large'],
    ['/api/auth/nothing', 404, 'not_found'],
    ['/api/v1/../v1/nothing', 404, 'not_found'],
  ])('is refused with a problem: %s', async (path, status, code) => {
    expectProblem(await ask(script, 'GET', path), status, code)
  })
})

describe('sign-in', () => {
  it.each([
    ['update-user', { name: 'a\0' }],
    ['update-user', { name: 7 }],
    ['update-user', { image: 'x' }],
    ['change-password', { currentPassword: 'a', newPassword: 'short' }],
    ['sign-in/email', { email: null, password: [] }],
  ])('refuses text that cannot be stored, with a problem: %s', async (call, body) => {
    expectProblem(await ask(admin, 'POST', `/api/auth/${call}`, body), 400, 'invalid')
  })

  it('refuses a wrong password with a problem', async () => {
    const anonymous = createClient(platform.url)
    const answer = await ask(anonymous, 'POST', '/api/auth/sign-in/email', {
      email: admin.email,
      password: 'not this',
    })
    expectProblem(answer, 401, 'invalid_email_or_password')
  })

  it('does not redirect to a callback URL', async () => {
    const anonymous = createClient(platform.url)
    const { email, password } = admin
    const answer = await ask(anonymous, 'POST', '/api/auth/sign-in/email?callbackURL=https://evil.example', {
      email,
      password,
      callbackURL: 'https://evil.example/',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('location')).toBeNull()
    expect(JSON.stringify(answer.body)).not.toContain('evil')
  })
})

describe('JSON with too many levels or keys', () => {
  it('is refused as telemetry, and by every call', async () => {
    const { id, credential } = await registerDevice(admin)
    const authorization = `Basic ${btoa(`${credential.username}:${credential.password}`)}`
    const send = (path: string, body: string, headers: Record<string, string>) =>
      fetch(new URL(path, platform.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
    const telemetry = `/api/v1/devices/${id}/telemetry`
    for (const levels of [70, 3_000, 400_000]) {
      const refused = await send(telemetry, deep(levels), { authorization })
      expect([refused.status, await refused.json()]).toMatchObject([422, { code: 'payload_invalid' }])
    }
    expect((await send(telemetry, deep(60), { authorization })).status).toBe(200)
    for (const body of [deep(81), deep(10_000), manyKeys(1_001)]) {
      const refused = await send('/api/v1/setup', body, {})
      expect([refused.status, await refused.json()]).toMatchObject([
        422,
        { code: 'json_too_complex', detail: expect.stringMatching(/at byte \d+ \(limit json\.\w+\)\.$/) },
      ])
    }
    expect((await send('/api/v1/setup', manyKeys(1_000), {})).status).toBe(400)
  })
})

describe('a time', () => {
  it('is accepted in each form of the contract, for credentials and API keys', async () => {
    await script.request('POST', '/api/v1/devices', { name: 'timed', id: 'timed' })
    const inAnHour = Date.now() + 3_600_000
    const wanted = new Date(inAnHour).toISOString()
    for (const expiresAt of [inAnHour, String(inAnHour), wanted, wanted.replace('Z', '+00:00')]) {
      for (const path of ['/api/v1/devices/timed/credentials', '/api/v1/api-keys']) {
        const answer = await ask(script, 'POST', path, { name: 'timed', expiresAt })
        expect(answer).toMatchObject({ status: 201, body: { expiresAt: wanted } })
      }
    }
    const relative = await ask(script, 'POST', '/api/v1/api-keys', { name: 'timed', expiresAt: '+30d' })
    const days = (Date.parse(String(relative.body.expiresAt)) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(30)
    for (const expiresAt of ['soon', '2026-02-30T00:00:00Z', '-1h', 0, -1, 1e300, '+999999999w', true]) {
      const answer = await ask(script, 'POST', '/api/v1/devices/timed/credentials', { expiresAt })
      expectProblem(answer, 400, 'invalid')
      expect(answer.body.errors).toContainEqual({ path: 'expiresAt', message: expect.any(String) })
    }
  })
})
