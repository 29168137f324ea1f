import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../integration/rest/callers.js'
import { type Administrator, createAdministrator, createOrganization } from '../support/accounts.js'
import { createClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { exchange } from '../support/raw-socket.js'

const metricsToken = 'a token of the metrics'.replaceAll(' ', '-')
let platform: Platform
let owner: Administrator
let key: string

beforeAll(async () => {
  platform = await startPlatform({ env: { METRICS_TOKEN: metricsToken }, ownWeb: true })
  owner = await createAdministrator(platform)
  await owner.send('POST', '/api/v1/devices', { name: 'pump', id: 'pump' })
  const other = await createOrganization(owner)
  await other.send('POST', '/api/v1/devices', { name: 'Theirs', id: 'theirs' })
  ;({ key } = await owner.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'x', role: 'viewer' }))
})
afterAll(() => platform?.stop())

/** Sends a request whose target no client of HTTP tidies up first. */
async function request(target: string, fields: Record<string, string> = {}, method = 'GET') {
  const head = { Host: 'x', Connection: 'close', ...fields }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`)
  const answer = await exchange(platform.port, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const status = Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])
  return { status, answer, location: /^location: *(.*)$/im.exec(answer)?.[1] }
}

const up = ['/..', '/%2e%2e', '/.%2E', '/..;', '/..%2f', '\\..', '/%5c..', '/%252e%252e', '/%c0%ae%c0%ae']

describe('a path that climbs', () => {
  it.each(up)('reaches no file of the server: %s', async (step) => {
    const secret = (await fs.readFile(path.join(platform.dataDir, 'auth-secret'), 'utf8')).trim()
    for (const base of ['', '/_next/static', '/o/x', '/api/docs'])
      for (const file of ['/etc/passwd', '/package.json', '/auth-secret']) {
        const { status, answer } = await request(`${base}${step.repeat(9)}${file}`)
        expect([base, file, status]).toEqual([base, file, expect.toBeOneOf([307, 308, 400, 401, 404])])
        expect(answer).not.toMatch(/root:x:0|"dependencies"|import http/)
        expect(answer).not.toContain(secret)
      }
  })

  it.each(up)('reaches no call that is not offered, and no metrics without their token: %s', async (step) => {
    const calls = [
      [`/api/auth/sign-in${step}/sign-up/email`, 'POST'],
      [`/api/auth/get-session${step}/delete-user`, 'POST'],
      [`/api/v1${step}/auth/sign-up/email`, 'POST'],
      [`/healthz${step}/metrics`, 'GET'],
      [`/api${step}/metrics`, 'GET'],
      [`/x${step}/metrics`, 'GET'],
      [`/x${step}/api/v1/devices`, 'GET'],
    ] as const
    for (const [target, method] of calls) {
      const { status, answer } = await request(target, { 'Content-Length': '0' }, method)
      expect([target, status]).toEqual([target, expect.toBeOneOf([307, 308, 400, 401, 404, 405])])
      expect(answer).not.toContain('heliograph_mqtt_connections')
    }
  })

  it.each(up)('of one device reaches nothing else with the rights of a viewer: %s', async (step) => {
    const authorization = `Bearer ${key}`
    for (const target of [
      `/api/v1/devices/pump${step}/theirs`,
      `/api/v1/devices/pump${step}${step}/api-keys`,
      `/api/v1/devices${step}/api-keys`,
      `/api/v1/devices/pump/credentials${step}${step}${step}/api-keys`,
    ]) {
      const { status, answer } = await request(target, { Authorization: authorization })
      expect([target, status]).toEqual([target, expect.toBeOneOf([400, 403, 404])])
      expect(answer).not.toContain('Theirs')
    }
  })
})

describe('another spelling of a path', () => {
  it.each([
    ...[
      '//metrics',
      '/./metrics',
      '/metrics/',
      '/metrics//',
      '/metrics/.',
      '/%6detrics',
      '/METRICS',
      '/metrics%00',
    ],
    ...[
      '/metrics;x',
      '/metrics%3f',
      '/metrics#',
      'http://x/metrics',
      'http://x//metrics',
      'HTTP://u:p@x/metrics',
    ],
    ...['http://x/y/../metrics', 'http://x\\metrics', 'http:/metrics', 'https://x/metrics?a', '///metrics'],
  ])('shows no metrics without their token: %s', async (target) => {
    const { answer, status } = await request(target)
    expect(status).toBeGreaterThanOrEqual(300)
    expect(answer).not.toContain('heliograph_mqtt_connections')
  })

  it('is no way around the limits of signing in', async () => {
    const anonymous = createClient(platform.url)
    const wrong = { email: owner.email, password: 'a wrong password' }
    for (const spelling of [
      '/api/auth/sign-in%2femail',
      '/api/auth//sign-in/email',
      '/api/auth/sign-in/%65mail',
    ])
      expect((await ask(anonymous, 'POST', spelling, wrong)).status).toBe(404)
    for (const spelling of ['/API/AUTH/sign-in/email', '//api/auth/sign-in/email'])
      expect((await request(spelling, { 'Content-Length': '0' }, 'POST')).status).toBeGreaterThanOrEqual(307)
  })

  it('answers with a redirect to this platform alone', async () => {
    for (const target of [
      ...[
        '//evil.example',
        '//evil.example/',
        '//evil.example/%2e%2e',
        '/\\evil.example',
        '/\\\\evil.example/',
      ],
      ...[
        '///evil.example',
        '//evil.example//',
        '/%2f/evil.example/',
        '/%5cevil.example/',
        '/.//evil.example/',
      ],
      ...[
        '/o//evil.example/',
        '/sign-in//evil.example/',
        '/?next=//evil.example',
        '/sign-in/?next=https://evil.example',
      ],
      ...['http://evil.example/', 'http://evil.example/o/', '/;@evil.example/', '/o/..//evil.example/'],
    ]) {
      const { location, answer } = await request(target)
      if (location !== undefined) expect([target, new URL(location, 'http://x').host]).toEqual([target, 'x'])
      expect(answer).not.toMatch(/http-equiv="?refresh"?[^>]*evil/i)
    }
  })
})

describe('the pages’ server', () => {
  it('fetches nothing for a client', async () => {
    for (const url of [
      `http://127.0.0.1:${platform.port}/healthz`,
      'http://169.254.169.254/',
      '/api/v1/me',
      '//x/y',
    ])
      expect(
        (await request(`/_next/image?url=${encodeURIComponent(url)}&w=64&q=75`)).status,
      ).toBeGreaterThanOrEqual(400)
  })

  it.each<Record<string, string>>([
    { 'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy:src/proxy:src/proxy' },
    { 'x-middleware-rewrite': '/_next/evil' },
    { 'x-middleware-next': '1' },
    { 'x-nonce': 'evil', 'content-security-policy': "default-src *; script-src 'unsafe-inline'" },
    { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    { 'x-original-url': '/metrics', 'x-rewrite-url': '/metrics' },
    { 'x-invoke-path': '/evil', 'x-matched-path': '/evil' },
  ])('takes no orders from headers of a client: %j', async (fields) => {
    const { status, answer } = await request('/sign-in', fields)
    expect(status).toBe(200)
    expect(answer).toMatch(/^content-security-policy: .*'nonce-[\da-f]{32}'/im)
    expect(answer).not.toMatch(/script-src [^;]*unsafe-inline|evil\.example|nonce="evil"/i)
    expect(answer).not.toContain('heliograph_mqtt_connections')
  })
})
