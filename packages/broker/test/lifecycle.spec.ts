import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, within } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const

async function watchWills(): Promise<RawClient> {
  const watcher = await RawClient.connect(broker)
  await watcher.subscribe({ topic: 'wills', qos: 1 }, { topic: 'end', qos: 0 })
  return watcher
}

async function willsUntilNow(watcher: RawClient): Promise<string[]> {
  await broker.broker.publish({ topic: 'end', payload: '' })
  await watcher.until(() => watcher.messages('end').length > 0, 'the end')
  return watcher.messages('wills')
}

describe('a connection ends', () => {
  it('with DISCONNECT: reason client, no will', async () => {
    const watcher = await watchWills()
    const client = await RawClient.connect(broker, { will })
    client.send({ cmd: 'disconnect' })
    await client.closed
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['client'])
    expect(await willsUntilNow(watcher)).toEqual([])
  })

  it('by connection loss: reason connection_lost, and the will', async () => {
    const watcher = await watchWills()
    const client = await RawClient.connect(broker, { will })
    client.destroy()
    await watcher.until(() => watcher.messages('wills').length === 1, 'the will')
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['connection_lost'])
  })

  it('by take-over: the older one ends with reason taken_over', async () => {
    const first = await RawClient.connect(broker, { clientId: 'one' })
    const second = await RawClient.connect(broker, { clientId: 'one' })
    await first.closed
    second.send({ cmd: 'pingreq' })
    await second.next('pingresp')
    expect(broker.disconnects).toMatchObject([{ reason: 'taken_over', client: { sessionId: 'one' } }])
    expect([...broker.broker.clients()]).toHaveLength(1)
  })

  it('when nothing came for one and a half times the keep alive', async () => {
    const client = await RawClient.connect(broker, { keepalive: 1 })
    await client.closed
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['keep_alive'])
  })

  it('when its time is up, unless it was extended', async () => {
    await broker.stop()
    let soon = 0
    broker = await startOurs({
      hooks: {
        authenticate: ({ clientId }) => ({ ok: true, principal: '', sessionId: clientId, expiresAt: soon }),
      },
    })
    // Late enough that a busy machine has connected both and extended one before.
    soon = Date.now() + 3_000
    const short = await RawClient.connect(broker, { clientId: 'short' })
    const long = await RawClient.connect(broker, { clientId: 'long' })
    expect(broker.broker.extend('long', Date.now() + 60_000)).toBe(true)
    expect(broker.broker.extend('nobody', 0)).toBe(false)
    await short.closed
    long.send({ cmd: 'pingreq' })
    await long.next('pingresp')
    expect(broker.disconnects).toMatchObject([{ reason: 'expired', client: { sessionId: 'short' } }])
  })

  it('by the host, before disconnect() returns', async () => {
    const client = await RawClient.connect(broker, { clientId: 'bad' })
    const other = await RawClient.connect(broker, { clientId: 'good' })
    expect(broker.broker.disconnect(({ clientId }) => clientId === 'bad', 'revoked')).toBe(1)
    expect(broker.disconnects).toMatchObject([{ reason: 'revoked' }])
    await client.closed
    expect(other.isClosed).toBe(false)
  })

  it('by the host as revoked, and then its will is not sent, with or without a delay', async () => {
    const watcher = await RawClient.connect(broker, { clientId: 'watcher' })
    await watcher.subscribe({ topic: 'gone/#', qos: 1 })
    const leave = (clientId: string, willDelayInterval: number) =>
      RawClient.connect(
        broker,
        connectPacket({
          protocolVersion: 5,
          clientId,
          clean: false,
          properties: { sessionExpiryInterval: willDelayInterval },
          will: {
            topic: `gone/${clientId}`,
            payload: Buffer.from(clientId),
            qos: 1,
            retain: false,
            properties: { willDelayInterval },
          },
        }),
      )
    for (const clientId of ['at-once', 'later']) {
      const client = await leave(clientId, clientId === 'later' ? 1 : 0)
      broker.broker.disconnect((other) => other.clientId === clientId, 'revoked')
      await client.closed
      expect(broker.refusals.at(-1)).toMatchObject({
        stage: 'will',
        reason: 'revoked',
        topic: `gone/${clientId}`,
      })
    }
    const kicked = await leave('kicked', 1)
    broker.broker.disconnect(({ clientId }) => clientId === 'kicked', 'kicked')
    await kicked.closed
    await watcher.until(() => watcher.messages().includes('kicked'), 'the will of another client')
    expect(watcher.messages()).toEqual(['kicked'])
  })

  it('without a CONNECT in time', async () => {
    await broker.stop()
    broker = await startOurs({ limits: { connectTimeoutMs: 100 } })
    const client = await RawClient.open(broker)
    await client.closed
  })

  it('when the broker closes, in time, and no will is sent', async () => {
    const clients = await Promise.all([0, 1, 2].map(() => RawClient.connect(broker, { will })))
    const frozen = await RawClient.connect(broker)
    frozen.freeze()
    expect(await within(broker.broker.close(), 5_000)).toBe(true)
    await Promise.all(clients.map(({ closed }) => closed))
    expect(new Set(broker.disconnects.map(({ reason }) => reason))).toEqual(new Set(['server_stopping']))
    expect(broker.broker.stats()).toMatchObject({ connections: 0, messagesOut: 0 })
    frozen.destroy()
  })
})

it('does not treat a new connection as stuck while its first bytes are not sent yet', async () => {
  // A stream that takes nothing at all.
  const stream = new Duplex({ read() {}, write() {} })
  broker.broker.handleTcp(stream as Socket)
  const connected = new Promise<void>((resolve) => broker.broker.events.once('connected', () => resolve()))
  stream.push(mqttPacket.generate(connectPacket({ clientId: 'unsent' })))
  await connected
  const clock = await RawClient.connect(broker, { keepalive: 1 })
  await clock.closed
  expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['keep_alive'])
  expect([...broker.broker.clients()]).toMatchObject([{ clientId: 'unsent' }])
})

it('re-checks subscriptions when the principal changes', async () => {
  let allowed = true
  await broker.stop()
  broker = await startOurs({ hooks: { authorizeSubscribe: () => allowed } })
  const client = await RawClient.connect(broker, { clientId: 'c' })
  await client.subscribe({ topic: 'x', qos: 0 })
  allowed = false
  expect(broker.broker.setPrincipal('c', 'less')).toBe(true)
  expect(broker.broker.stats().subscriptions).toBe(0)
  expect([...broker.broker.clients()]).toMatchObject([{ principal: 'less' }])
})
