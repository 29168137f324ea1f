import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectToken, refusalCode, requestToken } from '../integration/mqtt/support.js'
import { ask } from '../integration/rest/callers.js'
import { routes } from '../integration/rest/routes.js'
import { type Administrator, createAdministrator, signIn } from '../support/accounts.js'
import { createClient, type HttpClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator
/** What a browser sends for a page of another site, whose person is signed in here. */
let browser: HttpClient
let cookie: string

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  const { email, password, organization } = owner
  const anonymous = createClient(platform.url, { origin: platform.url })
  const answer = await ask(anonymous, 'POST', '/api/auth/sign-in/email', { email, password })
  cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
  browser = createClient(platform.url, { cookie, 'heliograph-org': organization })
})
afterAll(() => platform?.stop())

const evil = 'https://evil.example'
/** What tells the browser's request from one of our own pages. */
const foreign: Record<string, string>[] = [
  { origin: evil },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
]
const changing = routes
  .filter(({ route, requires }) => !route.startsWith('GET ') && requires !== 'device')
  .map(({ route, body }) => ({ route, body }))

const signInCalls = ['sign-out', 'change-password', 'update-user']

describe('a page of another site, with the cookie of a person', () => {
  it.each(changing)('is refused $route', async ({ route, body }) => {
    const [method = '', template = ''] = route.split(' ')
    const path = template.replace(/\{[^}]+\}/g, 'x')
    for (const headers of foreign)
      expect(await ask(browser, method, path, body ?? {}, headers)).toMatchObject({
        status: 403,
        body: { code: 'origin_refused' },
      })
  })

  it.each(signInCalls)('is refused to %s', async (call) => {
    const answer = await ask(browser, 'POST', `/api/auth/${call}`, {}, { origin: evil })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_refused' } })
  })

  it('sends no form, which needs no leave of the browser', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      for (const path of ['/api/v1/devices', '/api/v1/mqtt/tokens', '/api/auth/sign-out']) {
        const headers = { 'content-type': type, origin: evil }
        const { status } = await ask(browser, 'POST', path, { name: 'x' }, headers)
        expect([type, path, status]).toEqual([type, path, expect.toBeOneOf([403, 415])])
      }
  })

  it('reads nothing: no answer allows its origin', async () => {
    for (const path of ['/api/v1/me', '/api/v1/devices', '/api/auth/get-session', '/metrics', '/']) {
      const { headers } = await ask(browser, 'GET', path, undefined, { origin: evil })
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null])
    }
  })

  it('opens no MQTT connection: a cookie proves nothing there, and a token only from pages of ours', async () => {
    const wsOptions = { headers: { origin: evil, cookie } }
    const once = { protocolVersion: 4, reconnectPeriod: 0 } as const
    const withCookie = mqtt.connectAsync(platform.mqttWebSocketUrl, { ...once, wsOptions }, false)
    expect(await refusalCode(withCookie)).toBe(4)
    expect(await refusalCode(connectToken(await requestToken(owner), { wsOptions }))).toBe(5)
    const stillSignedIn = await signIn(platform, owner.email, owner.password)
    expect((await ask(stillSignedIn, 'GET', '/api/v1/me')).status).toBe(200)
  })
})
