import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  type MemberAccount,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { ask } from '../rest/callers.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  record,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from './support.js'

let platform: Platform
let owner: Administrator
let org: string
let seen: TestDevice
let hidden: TestDevice
let seenClient: MqttClient
let hiddenClient: MqttClient
const tags = ['site-hamburg']

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  org = owner.organization
  seen = await registerDevice(owner)
  hidden = await registerDevice(owner)
  await owner.send('PATCH', `/api/v1/devices/${seen.id}`, { tags })
  seenClient = await connectDevice(platform, seen)
  hiddenClient = await connectDevice(platform, hidden)
})
afterAll(async () => {
  await Promise.all([seenClient?.endAsync(), hiddenClient?.endAsync()])
  await platform?.stop()
})

const all = ({ id }: TestDevice) => `${org}/devices/${id}/#`
const send = (client: MqttClient, { credential }: TestDevice, value: number) =>
  client.publishAsync(credential.topics.telemetry, JSON.stringify({ value }), { qos: 1 })

async function limitedKey(): Promise<HttpClient> {
  const { key } = await owner.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'Hamburg', tags })
  return createClient(platform.url, { authorization: `Bearer ${key}` })
}

describe('a caller with a tag limit', () => {
  let viewer: MemberAccount
  let key: HttpClient
  beforeAll(async () => {
    viewer = await createMember(platform, owner, 'viewer', 'Conny Contractor', { tags })
    key = await limitedKey()
  })

  it('gets no token for more than one device in a filter, nor to publish', async () => {
    for (const client of [viewer, key]) {
      for (const filter of [
        `${org}/#`,
        `${org}/fleet`,
        `${org}/apps/#`,
        `${org}/devices/#`,
        `${org}/devices/+/telemetry`,
        `${org}/devices/+/#`,
        `${org}/+/${hidden.id}/telemetry`,
        `${org}/devices/${seen.id}`,
      ])
        expect(await ask(client, 'POST', '/api/v1/mqtt/tokens', { subscribe: [filter] })).toMatchObject({
          status: 403,
          body: { code: 'filter_denied' },
        })
      expect(
        await ask(client, 'POST', '/api/v1/mqtt/tokens', { publish: [`${org}/apps/chat`] }),
      ).toMatchObject({
        status: 403,
        body: { code: 'filter_denied' },
      })
    }
  })

  it('hears the devices that have one of the tags, named or not, and no others', async () => {
    for (const input of [{}, { subscribe: [all(seen), all(hidden), all({ ...seen, id: 'missing' })] }]) {
      const client = await connectToken(await requestToken(viewer, input))
      const messages = await watch(client, all(seen))
      for (const filter of [
        all(hidden),
        `${org}/devices/missing/#`,
        `${org}/#`,
        `${org}/devices/+/telemetry`,
      ])
        await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()
      await send(hiddenClient, hidden, 1)
      await send(seenClient, seen, 2)
      await eventually(() =>
        expect(messages.filter(({ retain }) => !retain).map(({ json }) => json)).toEqual([{ value: 2 }]),
      )
      expect(messages.every(({ topic }) => topic.includes(`/${seen.id}/`))).toBe(true)
      await client.endAsync()
    }
  })
})

describe('a device that loses the tag', () => {
  it('is heard no more when its change is answered, also not by an older token or a stored session', async () => {
    const key = await limitedKey()
    const viewer = await createMember(platform, owner, 'viewer', 'Conny Contractor', { tags })
    const device = await registerDevice(owner)
    await owner.send('PATCH', `/api/v1/devices/${device.id}`, { tags })
    const deviceClient = await connectDevice(platform, device)
    const subscribe = [all(device), all(seen)]
    const tokens = [await requestToken(viewer, { subscribe }), await requestToken(key, { subscribe })]
    const clients = await Promise.all(tokens.map((token) => connectToken(token)))
    const heard = await Promise.all(clients.map((client) => watch(client, all(device))))
    const stored = await requestToken(key, { subscribe })
    const sleeper = await connectToken(stored, { clean: false })
    await sleeper.subscribeAsync(all(device), { qos: 1 })
    await sleeper.endAsync()
    await send(deviceClient, device, 1)
    await eventually(() => {
      for (const messages of heard) expect(messages.some(({ text }) => text === '{"value":1}')).toBe(true)
    })

    const ended = Promise.all(clients.map((client) => closed(client)))
    await owner.send('PATCH', `/api/v1/devices/${device.id}`, { tags: ['site-munich'] })
    await send(deviceClient, device, 2)
    await ended
    for (const messages of heard) expect(messages.some(({ text }) => text === '{"value":2}')).toBe(false)
    for (const token of tokens) {
      const client = await connectToken(token)
      await expect(client.subscribeAsync(all(device), { qos: 1 })).rejects.toThrow()
      await client.subscribeAsync(all(seen), { qos: 1 })
      await client.endAsync()
    }
    const woken = await connectToken(stored, { clean: false })
    const late = record(woken)
    await woken.subscribeAsync(all(seen), { qos: 1 })
    await send(deviceClient, device, 3)
    await send(seenClient, seen, 4)
    await eventually(() => expect(late.some(({ text }) => text === '{"value":4}')).toBe(true))
    expect(late.filter(({ topic }) => topic.includes(`/${device.id}/`))).toEqual([])
    await Promise.all([woken.endAsync(), deviceClient.endAsync()])
  })

  it('leaves connections that read other devices', async () => {
    const device = await registerDevice(owner)
    await owner.send('PATCH', `/api/v1/devices/${device.id}`, { tags })
    const client = await connectToken(await requestToken(await limitedKey(), { subscribe: [all(seen)] }))
    await owner.send('PATCH', `/api/v1/devices/${device.id}`, { tags: [] })
    const messages = await watch(client, all(seen))
    await send(seenClient, seen, 5)
    await eventually(() => expect(messages.some(({ text }) => text === '{"value":5}')).toBe(true))
    await client.endAsync()
  })

  it('and is deleted and made anew under its id is heard by nobody without the tag', async () => {
    const device = await registerDevice(owner)
    await owner.send('PATCH', `/api/v1/devices/${device.id}`, { tags })
    const token = await requestToken(await limitedKey(), { subscribe: [all(device)] })
    const client = await connectToken(token)
    const ended = closed(client)
    await owner.send('DELETE', `/api/v1/devices/${device.id}`)
    await ended
    await registerDevice(owner, device.id)
    const again = await connectToken(token)
    await expect(again.subscribeAsync(all(device), { qos: 1 })).rejects.toThrow()
    await again.endAsync()
  })
})

describe('a tag limit that is set', () => {
  it('ends the connections of the person and of their keys before it is answered', async () => {
    const person = await createMember(platform, owner, 'operator')
    const token = await requestToken(person, { subscribe: [`${org}/#`, all(seen)] })
    const client = await connectToken(token)
    const messages = await watch(client, `${org}/#`)
    const ended = closed(client)
    await owner.send('PATCH', `/api/v1/members/${person.id}`, { tags })
    await send(hiddenClient, hidden, 6)
    await ended
    expect(messages.some(({ text }) => text === '{"value":6}')).toBe(false)
    const limited = await connectToken(token)
    await expect(limited.subscribeAsync(`${org}/#`, { qos: 1 })).rejects.toThrow()
    await limited.subscribeAsync(all(seen), { qos: 1 })
    await limited.endAsync()
  })
})
