import type { IClientOptions, MqttClient } from 'mqtt'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connectApplication,
  createApplication,
  resumeApplication,
} from '../integration/applications/support.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  type Message,
  record,
  registerDevice,
  requestToken,
  type Token,
  watch,
} from '../integration/mqtt/support.js'
import { apiKey } from '../integration/rest/callers.js'
import { type Administrator, createAdministrator, createMember, signIn } from '../support/accounts.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator
let org: string
let reader: MqttClient
let seen: Message[]

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  org = owner.organization
  reader = await connectApplication(
    await createApplication(owner, { name: 'Reader', subscribe: [`${org}/#`] }),
  )
  seen = await watch(reader, `${org}/#`)
})
afterAll(async () => {
  await reader?.endAsync()
  await platform?.stop()
})

/** Somebody who may publish: how they connect, to which topic, and what takes the right from them. */
interface Publisher {
  topic: string
  connect(options: IClientOptions): Promise<MqttClient>
  end(): Promise<unknown>
}

const apps = () => `${org}/apps/wills/#`
const topicOf = (name: string) => `${org}/apps/wills/${name}`

async function member(name: string, end: (id: string) => Promise<unknown>): Promise<Publisher> {
  const person = await createMember(platform, owner, 'admin')
  const connect = async ({ clientId: _, ...options }: IClientOptions) =>
    connectToken(await requestToken(person, { publish: [apps()] }), options)
  return { topic: topicOf(name), connect, end: () => end(person.id) }
}

async function keyOf(
  name: string,
  end: (of: { id: string; person: string }) => Promise<unknown>,
): Promise<Publisher> {
  const person = await createMember(platform, owner, 'admin')
  const { key, id } = await apiKey(platform, person)
  const connect = (options: IClientOptions) =>
    mqtt.connectAsync(platform.mqttTcpUrl, { username: org, password: key, ...once, ...options }, false)
  return { topic: topicOf(name), connect, end: () => end({ id, person: person.id }) }
}

async function application(name: string, end: (path: string) => Promise<unknown>): Promise<Publisher> {
  const made = await createApplication(owner, { name, publish: [apps()] })
  const connect = (options: IClientOptions) => connectApplication(made, options)
  return { topic: topicOf(name), connect, end: () => end(`/api/v1/applications/${made.id}`) }
}

async function device(): Promise<Publisher> {
  const made = await registerDevice(owner)
  const { topics, id } = made.credential
  return {
    topic: topics.events,
    connect: ({ clientId, ...options }) =>
      connectDevice(platform, made, { ...options, clientId: `${made.id}:${clientId}` }),
    end: () => owner.send('DELETE', `/api/v1/devices/${made.id}/credentials/${id}`),
  }
}

async function signedIn(): Promise<Publisher> {
  const session = await signIn(platform, owner.email, owner.password, org)
  const connect = async ({ clientId: _, ...options }: IClientOptions) =>
    connectToken(await requestToken(session, { publish: [apps()] }), options)
  return { topic: topicOf('signed-out'), connect, end: () => session.send('POST', '/api/auth/sign-out') }
}

const once = { reconnectPeriod: 0 } as const
const role = (id: string) => owner.send('PATCH', `/api/v1/members/${id}`, { role: 'viewer' })
const removal = (id: string) => owner.send('DELETE', `/api/v1/members/${id}`)

const publishers: [string, () => Promise<Publisher>][] = [
  ['a member whose new role publishes nothing', () => member('demoted', role)],
  ['a member who was removed', () => member('removed', removal)],
  ['a person who signed out', signedIn],
  [
    'the API key of a member whose new role publishes nothing',
    () => keyOf('key-demoted', ({ person }) => role(person)),
  ],
  ['the API key of a member who was removed', () => keyOf('key-removed', ({ person }) => removal(person))],
  [
    'an API key that was deleted',
    () => keyOf('key', ({ id }) => owner.send('DELETE', `/api/v1/api-keys/${id}`)),
  ],
  ['an application that was deleted', () => application('app', (path) => owner.send('DELETE', path))],
  [
    'an application whose filters were taken away',
    () => application('app-narrowed', (path) => owner.send('PATCH', path, { publish: [] })),
  ],
  [
    'an application whose password was replaced',
    () => application('app-rotated', (path) => owner.send('POST', `${path}/rotate`, { overlapSeconds: 0 })),
  ],
  ['a device whose credential was revoked', device],
]

const payload = (name: string) => JSON.stringify({ level: 'info', message: name })
const messagesOf = (topic: string) =>
  seen.filter((message) => message.topic === topic).map(({ text }) => text)

/** Connects with a will, and with a session that outlives its connection, so that the will may wait. */
function leave({ connect, topic }: Publisher, name: string, delaySeconds: number): Promise<MqttClient> {
  const will = { topic, payload: Buffer.from(payload(name)), qos: 1, retain: false } as const
  return connect({
    ...{ clientId: name, protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 600 } },
    will: { ...will, properties: { willDelayInterval: delaySeconds } },
  })
}

/** Ends the connection without DISCONNECT. */
async function lose(client: MqttClient): Promise<void> {
  const ended = client.connected ? closed(client) : Promise.resolve()
  client.stream.destroy()
  await ended
}

/** Resolves when a will was sent that was left after all others, with the same delay. */
async function afterOthers(delaySeconds: number): Promise<void> {
  const last = await application(`last-${delaySeconds}`, async () => {})
  await lose(await leave(last, 'last', delaySeconds))
  await eventually(() => expect(messagesOf(last.topic)).toContain(payload('last')))
}

describe('a will that was left while it was allowed', () => {
  it.each(publishers)('is not sent when the connection ends for it: of %s', async (_, make) => {
    const publisher = await make()
    const clients = [await leave(publisher, 'at-once', 0), await leave(publisher, 'later', 1)]
    await publisher.end()
    for (const client of clients) await lose(client)
    await afterOthers(2)
    expect(messagesOf(publisher.topic)).toEqual([])
  })

  it('is not sent when the right ends while it waits for its delay', async () => {
    const delaySeconds = 6
    const waiting = await Promise.all(
      publishers.filter(([name]) => !name.includes('password')).map(([, make]) => make()),
    )
    for (const publisher of waiting) {
      await lose(await leave(publisher, 'later', delaySeconds))
      await publisher.end()
    }
    await afterOthers(delaySeconds + 2)
    expect(waiting.flatMap(({ topic }) => messagesOf(topic))).toEqual([])
  })
})

describe('a stored session', () => {
  const subscriptions = { secret: () => `${org}/apps/secret/+`, open: () => `${org}/apps/open/+` }
  let writer: MqttClient
  beforeAll(async () => {
    const rights = { name: 'Writer', publish: [`${org}/apps/#`] }
    writer = await connectApplication(await createApplication(owner, rights))
  })
  afterAll(() => writer?.endAsync())

  /** Subscribes to both, gets a message of each that it does not acknowledge, and leaves others in its queue. */
  async function fill(client: MqttClient): Promise<void> {
    const got = record(client)
    // Without its callback being called no PUBACK is sent.
    client.handleMessage = () => {}
    for (const filter of Object.values(subscriptions)) await client.subscribeAsync(filter(), { qos: 1 })
    await send('in flight')
    await eventually(() => expect(got.length).toBeGreaterThanOrEqual(1))
    await lose(client)
    await send('queued')
  }

  async function send(text: string): Promise<void> {
    for (const name of Object.keys(subscriptions))
      await writer.publishAsync(`${org}/apps/${name}/x`, JSON.stringify(`${name} ${text}`), { qos: 1 })
  }

  async function expectOnlyOpen({
    client,
    seen: got,
  }: {
    client: MqttClient
    seen: Message[]
  }): Promise<void> {
    await eventually(() => expect(got.map(({ json }) => json)).toContain('open queued'))
    await send('late')
    await eventually(() => expect(got.map(({ json }) => json)).toContain('open late'))
    expect(got.filter(({ topic }) => topic.includes('/secret/'))).toEqual([])
    await client.endAsync()
  }

  it.each(['', ', and the platform was restarted'])(
    'hands over nothing of filters that its application was granted before%s',
    async (restarted) => {
      const both = { name: 'Both', subscribe: Object.values(subscriptions).map((filter) => filter()) }
      const made = await createApplication(owner, both)
      await fill(await connectApplication(made, { clientId: 'stored', clean: false }))
      await owner.send('PATCH', `/api/v1/applications/${made.id}`, { subscribe: [subscriptions.open()] })
      if (restarted !== '') {
        await platform.restart()
        writer.reconnect()
        await eventually(() => expect(writer.connected).toBe(true))
      }
      await expectOnlyOpen(resumeApplication(made, { clientId: 'stored' }))
    },
  )

  it('hands over nothing that a later token of the same client id does not grant', async () => {
    const wide = await requestToken(owner, {
      subscribe: Object.values(subscriptions).map((filter) => filter()),
    })
    await fill(await connectToken(wide, { clean: false }))
    const { clientId } = wide
    const narrow = await requestToken(owner, { clientId, subscribe: [subscriptions.open()] })
    await expectOnlyOpen(resumeToken(narrow))
  })

  it('of a member whose sight was limited is forgotten with its subscriptions', async () => {
    const person = await createMember(platform, owner, 'operator')
    const token = await requestToken(person)
    await fill(await connectToken(token, { clean: false }))
    await owner.send('PATCH', `/api/v1/members/${person.id}`, { role: 'viewer', tags: ['site-hamburg'] })
    const { client, seen: got } = resumeToken(token)
    const present = new Promise((resolve) =>
      client.once('connect', ({ sessionPresent }) => resolve(sessionPresent)),
    )
    expect(await present).toBe(false)
    await send('late')
    await expect(client.subscribeAsync(subscriptions.open())).rejects.toThrow()
    expect(got).toEqual([])
    await client.endAsync()
  })

  it('of a person who was removed is not found by the person who comes back', async () => {
    const person = await createMember(platform, owner, 'viewer')
    const token = await requestToken(person, { clientId: `web-${person.id}` })
    await fill(await connectToken(token, { clean: false }))
    await removal(person.id)
    const invitation = await owner.send<{ url: string }>('POST', '/api/v1/invitations', { role: 'viewer' })
    const accepted = { token: new URL(invitation.url).hash.slice(1) }
    await person.send('POST', '/api/v1/invitations/accept', accepted)
    const back = resumeToken(await requestToken(person, { clientId: token.clientId }))
    const present = new Promise((resolve) =>
      back.client.once('connect', ({ sessionPresent }) => resolve(sessionPresent)),
    )
    expect(await present).toBe(false)
    await send('late')
    const mark = await watch(back.client, subscriptions.open())
    await send('mark')
    await eventually(() => expect(mark.map(({ json }) => json)).toContain('open mark'))
    expect(back.seen.map(({ json }) => json)).toEqual(['open mark'])
    await back.client.endAsync()
  })

  /** Connects to a stored session with a token, and records what it was kept from the first packet on. */
  function resumeToken({ url, clientId, username, password }: Token) {
    const options = { clientId, username, password, clean: false, protocolVersion: 4, ...once } as const
    const client = mqtt.connect(url, options)
    return { client, seen: record(client) }
  }
})
