import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDevice, refusalCode, registerDevice, requestToken } from '../integration/mqtt/support.js'
import { type Answer, apiKey, ask } from '../integration/rest/callers.js'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  uniqueSlug,
} from '../support/accounts.js'
import { createClient, type HttpClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator
let other: HttpClient & { organization: string }

beforeAll(async () => {
  platform = await startPlatform({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
  owner = await createAdministrator(platform)
  other = await createOrganization(owner)
})
afterAll(() => platform?.stop())

/** What tells two answers apart, but for the times in them and what the sender put in. */
function shapeOf({ status, body, headers }: Answer, ...sent: string[]): object {
  const own = (text: string) => sent.reduce((rest, word) => rest.replaceAll(word, '…'), text)
  const names = [...headers.keys()].filter((name) => name !== 'date').sort()
  return { status, body: own(JSON.stringify(body)).replace(/\d+ seconds?/, 'N seconds'), names }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = (user: string, password: string) => ({ authorization: `Basic ${btoa(`${user}:${password}`)}` })

describe('who tries passwords', () => {
  it('does not learn which accounts exist, before and after the limit', async () => {
    const attack = async (email: string, address: string) => {
      const shapes: object[] = []
      for (let attempt = 0; attempt < 12; attempt += 1) {
        const client = createClient(platform.url, { 'x-forwarded-for': address })
        const answer = await ask(client, 'POST', '/api/auth/sign-in/email', { email, password: 'wrong one' })
        shapes.push(shapeOf(answer, email))
      }
      return shapes
    }
    const known = await attack(owner.email, '198.51.100.1')
    expect(known).toMatchObject([...Array(10).fill({ status: 401 }), { status: 429 }, { status: 429 }])
    expect(await attack('nobody@example.com', '198.51.100.2')).toEqual(known)
  })

  it('by a session that was taken does not go on from more and more addresses', async () => {
    const { email, password } = await createMember(platform, owner, 'viewer')
    const anonymous = createClient(platform.url, { origin: platform.url })
    const { headers } = await ask(anonymous, 'POST', '/api/auth/sign-in/email', { email, password })
    const cookie = headers.getSetCookie().find((line) => line.includes('session_token=')) ?? ''
    const guess = async (address: number) => {
      const from = { 'x-forwarded-for': `192.0.2.${address}`, cookie: cookie.split(';', 1)[0] ?? '' }
      const body = { currentPassword: `a wrong one ${address}`, newPassword: 'tangerine kettle 7' }
      return (await ask(anonymous.with(from), 'POST', '/api/auth/change-password', body)).status
    }
    for (let address = 0; address < 100; address += 10)
      expect(
        new Set(await Promise.all(Array.from({ length: 10 }, (_, more) => guess(address + more)))),
      ).toEqual(new Set([400]))
    expect(await guess(100)).toBe(429)
  })

  it('of a device does not keep the device out', async () => {
    const device = await registerDevice(owner)
    const wrong = { ...device, credential: { ...device.credential, password: `hg_dev_${'a'.repeat(43)}` } }
    const attempts = Array.from({ length: 20 }, (_, number) =>
      refusalCode(connectDevice(platform, wrong, { clientId: `${device.id}:${number}` })),
    )
    expect(await refusalCode(connectDevice(platform, device))).toBe('accepted')
    expect(new Set(await Promise.all(attempts))).toEqual(new Set([4]))
    expect(await refusalCode(connectDevice(platform, device))).toBe('accepted')
  })
})

describe('who tries secrets over REST', () => {
  it('is answered the same for one that never was, has ended, or is of another kind', async () => {
    const deleted = await apiKey(platform, owner)
    await owner.send('DELETE', `/api/v1/api-keys/${deleted.id}`)
    const device = await registerDevice(owner)
    const token = await requestToken(owner)
    const tried = [
      `hg_key_${'a'.repeat(43)}`,
      'hg_key_',
      deleted.key,
      device.credential.password,
      token.password,
      'a'.repeat(32),
    ]
    const client = createClient(platform.url)
    const answers = await Promise.all(
      tried.map((secret) => ask(client, 'GET', '/api/v1/devices', undefined, bearer(secret))),
    )
    const [first] = answers
    expect(first?.status).toBe(401)
    for (const answer of answers) expect(shapeOf(answer)).toEqual(first && shapeOf(first))
  })

  it('is answered the same for a device that is not there, and for one whose secret is wrong', async () => {
    const device = await registerDevice(owner)
    const { username, password } = device.credential
    const client = createClient(platform.url)
    const send = async (id: string, user: string, secret: string) => {
      const path = `/api/v1/devices/${id}/telemetry`
      return shapeOf(await ask(client, 'POST', path, { t: 1 }, basic(user, secret)), id)
    }
    const guess = `hg_dev_${'a'.repeat(43)}`
    const wrong = await send(device.id, username, guess)
    expect(wrong).toMatchObject({ status: 401 })
    expect(await send('nothing-here', username, guess)).toEqual(wrong)
    expect(await send(device.id, 'nobody', password)).toEqual(wrong)
    expect(await send(device.id, owner.organization, (await apiKey(platform, owner)).key)).toEqual(wrong)
    const another = await send((await registerDevice(owner)).id, username, password)
    expect(another).toMatchObject({ status: 403 })
    expect(await send('nothing-here', username, password)).toEqual(another)
    expect(await send((await registerDevice(other)).id, username, password)).toEqual(another)
  })
})

describe('who tries names', () => {
  it('does not learn which organizations exist', async () => {
    const member = await createMember(platform, owner, 'owner')
    const named = async (slug: string) =>
      shapeOf(await ask(member, 'GET', '/api/v1/devices', undefined, { 'heliograph-org': slug }), slug)
    const foreign = await named(other.organization)
    expect(foreign).toMatchObject({ status: 403 })
    expect(await named(uniqueSlug())).toEqual(foreign)
    const page = async (slug: string) => (await ask(member, 'GET', `/o/${slug}/devices`)).status
    expect(await page(other.organization)).toBe(await page(uniqueSlug()))
  })

  it.each(['GET', 'DELETE'])('does not learn which devices others have: %s', async (method) => {
    const theirs = await registerDevice(other)
    const script = await apiKey(platform, owner)
    const asked = async (id: string) => shapeOf(await ask(script, method, `/api/v1/devices/${id}`), id)
    const foreign = await asked(theirs.id)
    expect(foreign).toMatchObject({ status: 404 })
    expect(await asked('nothing-here')).toEqual(foreign)
    expect((await ask(other, 'GET', `/api/v1/devices/${theirs.id}`)).status).toBe(200)
  })
})
