import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, signIn } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectToken, eventually, type Message, record, requestToken, uniqueId } from '../mqtt/support.js'
import { rowCounts } from './store.js'

let platform: Platform
let admin: Administrator
let topic: string

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  topic = `${admin.organization}/apps/chat/room`
})
afterAll(() => platform?.stop())

const signInAgain = () => signIn(platform, admin.email, admin.password, admin.organization)

async function apiKey(): Promise<{ id: string; client: HttpClient }> {
  const { id, key } = await admin.send<{ id: string; key: string }>('POST', '/api/v1/api-keys', { name: 'k' })
  return { id, client: createClient(platform.url, { authorization: `Bearer ${key}` }) }
}

/** Leaves a stored session that waits for the topic. */
async function leaveSession(owner: HttpClient, clientId: string): Promise<void> {
  const client = await connectToken(await requestToken(owner, { clientId }), { clean: false })
  await client.subscribeAsync(topic, { qos: 1 })
  await client.endAsync()
}

async function publish(...texts: string[]): Promise<void> {
  const client = await connectToken(await requestToken(admin, { publish: [topic] }))
  for (const text of texts) await client.publishAsync(topic, JSON.stringify(text), { qos: 1 })
  await client.endAsync()
}

/** Comes back, and tells whether the session was there and what it got up to a message that it sends itself. */
async function comeBack(
  owner: HttpClient,
  clientId: string,
): Promise<{ present: boolean; texts: unknown[] }> {
  const token = await requestToken(owner, { clientId })
  const client: MqttClient = mqtt.connect(token.url, { ...token, clean: false, reconnectPeriod: 0 })
  const seen: Message[] = record(client)
  const { sessionPresent } = await new Promise<{ sessionPresent: boolean }>((resolve, reject) =>
    client.once('connect', resolve).once('error', reject),
  )
  await client.subscribeAsync(topic, { qos: 1 })
  const end = `end of ${clientId}`
  await publish(end)
  await eventually(() => expect(seen.at(-1)?.json).toBe(end))
  await client.endAsync()
  const texts = seen.map(({ json }) => String(json))
  return { present: sessionPresent, texts: texts.filter((text) => !text.startsWith('end of ')) }
}

async function restart(between: () => Promise<unknown> = async () => {}): Promise<void> {
  await platform.kill('SIGKILL')
  await between()
  await platform.restart()
}

describe('a stored session of a person or a script', () => {
  it('is there again after kill -9, for its owner', async () => {
    const { client: script } = await apiKey()
    const ids = { person: uniqueId(), script: uniqueId() }
    await leaveSession(admin, ids.person)
    await leaveSession(script, ids.script)
    await publish('one', 'two')
    await restart()
    const kept = { present: true, texts: ['one', 'two'] }
    expect(await comeBack(admin, ids.person)).toEqual(kept)
    expect(await comeBack(script, ids.script)).toEqual(kept)
  })

  it('is not given to another owner, after a restart either', async () => {
    const clientId = uniqueId()
    await leaveSession(admin, clientId)
    await publish('secret')
    // The first one's token must be gone, or the client id is refused.
    await restart(() => platform.pool.query('DELETE FROM mqtt_token'))
    expect(await comeBack(await signInAgain(), clientId)).toEqual({ present: false, texts: [] })
    await platform.pool.query('DELETE FROM mqtt_token')
    expect((await comeBack(admin, clientId)).present).toBe(false)
  })

  it('ends with the sign-in or the API key, before their end is answered', async () => {
    const person = await signInAgain()
    const { id, client: script } = await apiKey()
    const before = await rowCounts(platform.pool)
    await leaveSession(person, uniqueId())
    await leaveSession(script, uniqueId())
    await publish('waits')
    expect((await rowCounts(platform.pool)).session).toBe(before.session + 2)
    await person.send('POST', '/api/auth/sign-out', {})
    await admin.send('DELETE', `/api/v1/api-keys/${id}`)
    expect(await rowCounts(platform.pool)).toMatchObject({
      session: before.session,
      subscription: before.subscription,
    })
  })

  it('is deleted when its owner was deleted while the platform was down', async () => {
    const { id, client } = await apiKey()
    const before = await rowCounts(platform.pool)
    await leaveSession(client, uniqueId())
    await publish('waits')
    await restart(() => platform.pool.query('DELETE FROM api_key WHERE id = $1', [id]))
    expect((await rowCounts(platform.pool)).session).toBe(before.session)
  })
})
