import type { IConnectPacket } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type OursOptions, type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs
let watcher: RawClient

beforeEach(() => start())
afterEach(() => broker.stop())

async function start(options: OursOptions = {}): Promise<void> {
  broker = await startOurs(options)
  watcher = await RawClient.connect(broker, connectPacket({ protocolVersion: 5, clientId: 'watcher' }))
  await watcher.subscribe({ topic: 'gone/#', qos: 1 })
}

async function restart(options: OursOptions): Promise<void> {
  await broker.stop()
  await start(options)
}

type WillProperties = NonNullable<IConnectPacket['will']>['properties']

function leaving(
  clientId: string,
  expirySeconds: number,
  properties: WillProperties,
): Partial<IConnectPacket> {
  const will = { topic: `gone/${clientId}`, payload: Buffer.from(clientId), qos: 1 as const, retain: false }
  const session = { clean: false, properties: { sessionExpiryInterval: expirySeconds } }
  return connectPacket({ protocolVersion: 5, clientId, ...session, will: { ...will, properties } })
}

const connect = (options: Partial<IConnectPacket>, via: Via = 'tcp') =>
  RawClient.connect(broker, options, via)

function ended(clientId: string): Promise<void> {
  return new Promise((resolve) => {
    const off = broker.broker.events.on('disconnected', ({ client }) => {
      if (client.clientId !== clientId) return
      off()
      resolve()
    })
  })
}

async function lost(client: RawClient, clientId: string): Promise<void> {
  const gone = ended(clientId)
  client.destroy()
  await gone
}

/** What the watcher has got until now. */
async function seen(): Promise<string[]> {
  await broker.broker.publish({ topic: 'gone/mark', payload: 'mark', qos: 1 })
  await watcher.until(() => watcher.messages().includes('mark'), 'the mark')
  const texts = watcher.messages().filter((text) => text !== 'mark')
  watcher.received.splice(0)
  return texts
}

const will = (text: string) => watcher.until(() => watcher.messages().includes(text), `the will of ${text}`)

describe.each<Via>(['tcp', 'ws'])('a will over %s', (via) => {
  it('has its properties, and is sent at once without a delay', async () => {
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 500,
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([1, 2, 3]),
      userProperties: { a: ['1', '2'] },
    }
    const client = await connect(leaving('a', 100, properties), via)
    client.destroy()
    const { properties: sent, payload } = await watcher.next('publish')
    expect(String(payload)).toBe('a')
    const { messageExpiryInterval, ...rest } = properties
    expect(sent).toMatchObject(rest)
    expect(sent?.messageExpiryInterval).toBeLessThanOrEqual(messageExpiryInterval)
  })
})

describe('a will with a delay', () => {
  it('is sent when the delay has passed, and not before', async () => {
    const client = await connect(leaving('a', 100, { willDelayInterval: 1 }))
    await lost(client, 'a')
    expect(await seen()).toEqual([])
    await will('a')
    await connect(leaving('a', 100, {}))
    watcher.received.splice(0)
    expect(await seen()).toEqual([])
  })

  it('is forgotten when the session is resumed in time, whatever takes over [MQTT-3.1.3-9]', async () => {
    const first = await connect(leaving('a', 100, { willDelayInterval: 1 }))
    await lost(first, 'a')
    const second = await connect(leaving('a', 100, { willDelayInterval: 1 }))
    const third = await connect({ ...leaving('a', 100, {}), will: undefined })
    await second.closed
    third.send({ cmd: 'disconnect' })
    await third.closed
    const other = await connect(leaving('other', 100, { willDelayInterval: 1 }))
    await lost(other, 'other')
    await will('other')
    expect(await seen()).toEqual(['other'])
  })

  it('is sent at once when the session ends before: by a clean start, by its expiry, without any [MQTT-3.1.2-8]', async () => {
    await lost(await connect(leaving('a', 100, { willDelayInterval: 60 })), 'a')
    await connect({ ...leaving('a', 0, {}), clean: true, will: undefined })
    await will('a')
    await lost(await connect(leaving('b', 1, { willDelayInterval: 60 })), 'b')
    await will('b')
    await lost(await connect(leaving('c', 0, { willDelayInterval: 60 })), 'c')
    await will('c')
  })

  it('is sent after DISCONNECT 0x04 alone, and forgotten with a session that the host forgets', async () => {
    for (const [clientId, reasonCode] of [
      ['a', 0x04],
      ['b', 0x00],
    ] as const) {
      const client = await connect(leaving(clientId, 100, { willDelayInterval: 1 }))
      client.send({ cmd: 'disconnect', reasonCode })
      await client.closed
    }
    await lost(await connect(leaving('c', 100, { willDelayInterval: 1 })), 'c')
    await broker.broker.forgetSessions((sessionId) => sessionId === 'c')
    const last = await connect(leaving('last', 100, { willDelayInterval: 2 }))
    await lost(last, 'last')
    await will('last')
    expect(await seen()).toEqual(['a', 'last'])
  })

  it('is checked again when it is sent', async () => {
    let allowed = true
    await restart({ hooks: { authorizePublish: () => allowed } })
    await lost(await connect(leaving('a', 100, { willDelayInterval: 1 })), 'a')
    allowed = false
    const refused = new Promise((resolve) => broker.broker.events.once('refused', resolve))
    expect(await refused).toMatchObject({ stage: 'will', reason: 'not_authorized', topic: 'gone/a' })
  })
})

describe('a will that waits for its delay', () => {
  it('is sent by the rights that its client has by then, as the host knows them', async () => {
    const authorizePublish: NonNullable<OursOptions['hooks']>['authorizePublish'] = ({ principal }) =>
      principal !== 'demoted'
    const principalOf = ({ clientId }: { clientId: string }) =>
      clientId === 'gone' ? null : clientId === 'lower' ? 'demoted' : clientId
    await restart({ hooks: { authorizePublish, principalOf } })
    for (const clientId of ['lower', 'gone', 'as-before'])
      await lost(await connect(leaving(clientId, 100, { willDelayInterval: 1 })), clientId)
    await will('as-before')
    expect(await seen()).toEqual(['as-before'])
    expect(broker.refusals.map(({ clientId, reason }) => [clientId, reason]).sort()).toEqual([
      ['gone', 'not_authorized'],
      ['lower', 'not_authorized'],
    ])
  })
})

describe('after a restart a will with a delay', () => {
  const principals: unknown[] = []
  const hooks: OursOptions['hooks'] = {
    principalOf: (session) => {
      principals.push(session)
      return session.clientId === 'nobody' ? null : session.clientId
    },
  }

  it('is sent when its delay has passed, when its client is not back, and the host knows whose it is', async () => {
    const persistence = new MemoryPersistence()
    await restart({ persistence, hooks })
    for (const clientId of ['lost', 'nobody', 'back'])
      await lost(await connect(leaving(clientId, 100, { willDelayInterval: 2, contentType: 'x' })), clientId)
    await connect(leaving('connected', 100, { willDelayInterval: 2 }))
    await connect(leaving('at once', 100, {}))
    await restart({ persistence, hooks })
    await connect({ ...leaving('back', 100, {}), will: undefined })
    await will('lost')
    await will('connected')
    const { properties } = watcher.received.find(
      (packet) => packet.cmd === 'publish' && packet.topic === 'gone/lost',
    ) as { properties: object }
    expect(properties).toEqual({ contentType: 'x' })
    expect((await seen()).sort()).toEqual(['connected', 'lost'])
    expect(broker.refusals).toMatchObject([{ stage: 'will', reason: 'not_authorized', clientId: 'nobody' }])
    expect(principals).toContainEqual({ sessionId: 'lost', owner: '', clientId: 'lost' })
    await restart({ persistence, hooks })
    expect(await seen()).toEqual([])
  })
})
