import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { goThrough, startOpenIdProvider } from '../../support/openid-provider.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { exchange } from '../../support/raw-socket.js'
import { closed, connectDevice, connectToken, registerDevice, requestToken } from '../mqtt/support.js'
import { ask } from './callers.js'

const path = '/iot'
const publicUrl = `https://example.com${path}`
const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
let platform: Platform
/** Somebody who asks as a proxy does that removes the path. */
let anonymous: HttpClient
let administrator: HttpClient

beforeAll(async () => {
  platform = await startPlatform({ env: { PUBLIC_URL: publicUrl } })
  anonymous = createClient(platform.url, { origin: 'https://example.com' })
  const organization = { name: 'Main', slug: 'main' }
  await anonymous.send('POST', `${path}/api/v1/setup`, { ...person, organization })
  const { headers } = await signIn()
  administrator = anonymous.with({ authorization: `Bearer ${headers.get('set-auth-token')}` })
})
afterAll(() => platform?.stop())

const signIn = (prefix = path) => {
  const { email, password } = person
  return ask(anonymous, 'POST', `${prefix}/api/auth/sign-in/email`, { email, password })
}

describe.each([
  ['kept', path],
  ['removed', ''],
])('a PUBLIC_URL with a path, which the proxy has %s', (_, prefix) => {
  it('answers REST, sign-in, probes and documents', async () => {
    const answered = [
      '/api/v1/me',
      '/api/v1/devices/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/api/docs',
      '/sign-in',
    ]
    for (const one of answered)
      expect([one, (await ask(administrator, 'GET', `${prefix}${one}`)).status]).toEqual([one, 200])
    expect((await ask(anonymous, 'GET', `${prefix}/api/v1/me`)).status).toBe(401)
    expect((await ask(anonymous, 'GET', `${prefix}/api/v1/nothing`)).status).toBe(404)
    const { status, headers } = await signIn(prefix)
    expect(status).toBe(200)
    const cookies = headers.getSetCookie()
    expect(cookies.map((cookie) => /^([^=]+)=.*; Path=([^;]+)/.exec(cookie)?.slice(1))).toEqual([
      ['__Secure-heliograph.session_token', path],
      ['__Secure-heliograph.known_browser', `${path}/api/auth`],
    ])
    for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; .*SameSite=Lax|SameSite=Lax.*HttpOnly/)
    const cookie = cookies.map((one) => one.split(';', 1)[0]).join('; ')
    expect((await ask(anonymous, 'GET', `${prefix}/api/v1/me`, undefined, { cookie })).status).toBe(200)
  })

  it('takes MQTT over WebSocket', async () => {
    const device = await registerDevice(administrator)
    for (const end of ['/mqtt', '/ws', '']) {
      const client = await connectDevice(platform, device, {
        url: `ws://127.0.0.1:${platform.port}${prefix}${end}`,
      })
      await client.endAsync()
    }
    const token = await requestToken(administrator)
    expect(token.url).toBe('wss://example.com/iot/mqtt')
    const wsOptions = { headers: { origin: 'https://example.com' } }
    const client = await connectToken(
      { ...token, url: `ws://127.0.0.1:${platform.port}${prefix}/mqtt` },
      { wsOptions },
    )
    const ended = closed(client)
    client.end()
    await ended
    const elsewhere = await exchange(platform.port, upgradeOf(`${prefix}/elsewhere`))
    expect(elsewhere).toContain('MQTT over WebSocket is at the path /iot/mqtt')
  })

  it('names in its pages and redirects nothing outside of the path', async () => {
    const page = await ask(anonymous, 'GET', `${prefix}/sign-in`)
    const html = String(page.body.text)
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((address) => !address.startsWith(`${path}/`))).toEqual([])
    expect(html).not.toMatch(/[^t]\/_next\//)
    for (const link of (page.headers.get('link') ?? '').split(', ').filter((link) => link !== ''))
      expect(link).toMatch(/^<\/iot\//)
    for (const address of new Set(named)) {
      const asked = prefix === '' ? address.slice(path.length) : address
      const file = await ask(anonymous, 'GET', asked.replaceAll('&amp;', '&'), undefined, {
        'accept-encoding': 'br',
      })
      expect([address, file.status]).toEqual([address, 200])
      if (/\.js$/.test(address)) expect(String(file.body.text)).not.toContain('"/_next/"')
    }
    expect(page.headers.get('content-security-policy')).not.toMatch(
      /unsafe-inline'[^;]*;? ?script|script-src[^;]*unsafe/,
    )
    const moved = await ask(anonymous, 'GET', `${prefix}/sign-in/`)
    expect([moved.status, moved.headers.get('location')]).toEqual([308, `${path}/sign-in`])
    const inPage = await ask(anonymous, 'GET', `${prefix}/setup?_rsc`, undefined, { rsc: '1' })
    expect(inPage.headers.get('content-type')).toContain('text/x-component')
    expect(String(inPage.body.text)).toContain('"/iot/_next/')
    expect(String(inPage.body.text)).not.toMatch(/"\/_next\//)
  })
})

it('states the path in its documents and in the addresses of what it makes', async () => {
  const openApi = (await ask(anonymous, 'GET', '/iot/api/openapi.json')).body as {
    servers: object[]
    components: { securitySchemes: Record<string, object> }
  }
  expect(openApi.servers).toEqual([expect.objectContaining({ url: path })])
  expect(openApi.components.securitySchemes.cookie).toMatchObject({
    name: '__Secure-heliograph.session_token',
  })
  const asyncApi = (await ask(anonymous, 'GET', '/iot/api/asyncapi.json')).body
  expect(asyncApi.servers).toMatchObject({
    websocket: { pathname: '/iot/mqtt', protocol: 'wss', variables: { host: { default: 'example.com' } } },
  })
  const docs = String((await ask(anonymous, 'GET', '/iot/api/docs')).body.text)
  const named = [...docs.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, address]) => address ?? '')
  expect(named.filter((address) => !address.startsWith('/iot/'))).toEqual([])
  expect((await ask(administrator, 'GET', '/api/v1/platform')).body.urls).toMatchObject({
    http: publicUrl,
    ws: 'wss://example.com/iot/mqtt',
  })
  const { url } = await administrator.send<{ url: string }>('POST', '/api/v1/invitations', { role: 'viewer' })
  expect(url).toMatch(/^https:\/\/example\.com\/iot\/join#/)
})

it('demands TLS of its host, and not of the subdomains, which belong to others', async () => {
  for (const one of ['/iot/sign-in', '/iot/api/v1/me'])
    expect((await ask(anonymous, 'GET', one)).headers.get('strict-transport-security')).toBe(
      'max-age=31536000',
    )
})

it('takes no path of a page from a client', async () => {
  const claimed = { 'x-forwarded-prefix': '/evil' }
  const { body } = await ask(anonymous, 'GET', '/iot/sign-in', undefined, claimed)
  expect(String(body.text)).not.toContain('/evil')
})

it('has people come back from an OpenID provider below the path', async () => {
  const provider = await startOpenIdProvider(`${platform.url}${path}`)
  provider.people.set('pia', {
    ...{ name: 'Pia', email: 'pia@example.com', email_verified: true, groups: ['staff'] },
  })
  provider.person = 'pia'
  await platform.restart({
    ...provider.env,
    PUBLIC_URL: `${platform.url}${path}`,
    OIDC_ROLE_MAP: 'staff=main:viewer',
  })
  try {
    const client = createClient(platform.url)
    const callbackURL = '/o/main'
    const started = await ask(client, 'POST', '/iot/api/auth/sign-in/social', { callbackURL })
    const back = await goThrough(String(started.body.url), platform.url)
    expect(back.pathname).toBe('/iot/api/auth/callback/oidc')
    const cookie = started.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ')
    const done = await ask(client, 'GET', `${back.pathname}${back.search}`, undefined, { cookie })
    expect([done.status, done.headers.get('location')]).toEqual([302, '/iot/o/main'])
    expect(done.headers.getSetCookie().join()).toMatch(/heliograph\.session_token=[^;]+;.*Path=\/iot/)
    const refused = await ask(client, 'GET', '/iot/api/auth/callback/oidc?error=access_denied&state=wrong')
    expect(refused.headers.get('location')).toContain(`${platform.url}/iot/sign-in`)
  } finally {
    await provider.stop()
  }
})

function upgradeOf(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
}
