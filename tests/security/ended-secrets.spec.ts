import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closed, connectToken, refusalCode, requestToken } from '../integration/mqtt/support.js'
import { apiKey, ask } from '../integration/rest/callers.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { createClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const statusOf = async (headers: Record<string, string>, method = 'GET', path = '/api/v1/devices') =>
  (await ask(createClient(platform.url), method, path, method === 'GET' ? undefined : {}, headers)).status

const connectWithKey = (key: string): Promise<MqttClient> =>
  mqtt.connectAsync(
    platform.mqttTcpUrl,
    { username: owner.organization, password: key, protocolVersion: 4, reconnectPeriod: 0 },
    false,
  )

it('what a session gave is refused after its sign-out, also after a restart', async () => {
  const { email, password, organization } = owner
  const anonymous = createClient(platform.url, { origin: platform.url })
  const signedIn = await ask(anonymous, 'POST', '/api/auth/sign-in/email', { email, password })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
  const authorization = `Bearer ${signedIn.headers.get('set-auth-token')}`
  const session = createClient(platform.url, { cookie, 'heliograph-org': organization })
  const token = await requestToken(session)
  const live = await connectToken(token)
  const ended = closed(live)
  expect(await statusOf({ cookie })).toBe(200)
  expect(await statusOf({ authorization })).toBe(200)

  await session.send('POST', '/api/auth/sign-out')
  await ended
  const replay = async () => {
    const proofs: Record<string, string>[] = [{ cookie }, { authorization }]
    for (const proof of proofs) {
      expect(await statusOf(proof)).toBe(401)
      expect(await statusOf(proof, 'POST', '/api/v1/mqtt/tokens')).toBe(401)
    }
    expect(await refusalCode(connectToken(token))).toBe(4)
  }
  await replay()
  await platform.restart()
  await replay()
})

it('what a stolen API key gave is refused once the key is deleted, also after a restart', async () => {
  const stolen = await apiKey(platform, owner)
  const bred = await apiKey(platform, stolen)
  const tokens = [await requestToken(stolen), await requestToken(bred)]
  const keys = [stolen.key, bred.key]
  const live = await Promise.all([...tokens.map((token) => connectToken(token)), ...keys.map(connectWithKey)])
  const ended = Promise.all(live.map((client) => closed(client)))

  await owner.send('DELETE', `/api/v1/api-keys/${stolen.id}`)
  await ended
  const replay = async () => {
    for (const key of keys) {
      const proof = { authorization: `Bearer ${key}` }
      expect(await statusOf(proof)).toBe(401)
      expect(await statusOf(proof, 'POST', '/api/v1/api-keys')).toBe(401)
      expect(await refusalCode(connectWithKey(key))).toBe(4)
    }
    for (const token of tokens) expect(await refusalCode(connectToken(token))).toBe(4)
  }
  await replay()
  await platform.restart()
  await replay()
})
