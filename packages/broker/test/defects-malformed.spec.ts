import mqttPacket from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Running, startOurs, startPlain } from './support/brokers.js'
import { connectPacket, RawClient, within } from './support/raw-client.js'

// AEDES 11: plain aedes accepts packets that MQTT 3.1.1 forbids.

let broker: Running

afterEach(() => broker.stop())

/** A packet of a type byte and a body. */
function packet(first: number, ...body: (number | string)[]): Buffer {
  const bytes = Buffer.concat(
    body.map((part) => (typeof part === 'string' ? text(part) : Buffer.from([part]))),
  )
  return Buffer.concat([Buffer.from([first, bytes.length]), bytes])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

const afterConnect: [string, Buffer][] = [
  ['NUL in a topic', packet(0x30, 'a\0b', 1)],
  ['invalid UTF-8 in a topic', packet(0x30, 'a\xff', 1)],
  ['QoS 1 with packet id 0', packet(0x32, 'a', 0, 0, 1)],
  ['filter a#', packet(0x82, 0, 1, 'a#', 0)],
  ['filter a+/b', packet(0x82, 0, 1, 'a+/b', 0)],
  ['NUL in a filter', packet(0x82, 0, 1, 'a\0', 0)],
  ['U+0001 in a topic', packet(0x30, 'a\x01b', 1)],
  ['U+001F in a filter', packet(0x82, 0, 1, 'a/\x1f', 0)],
  ['U+007F in a filter of UNSUBSCRIBE', packet(0xa2, 0, 1, '\x7f')],
  ['U+009F in a topic', packet(0x30, 'a/\x9f', 1)],
]

const insteadOfConnect: [string, Buffer][] = [
  ['wildcard in a will topic', packet(0x10, 'MQTT', 4, 0x06, 0, 0, 'id', 'a/#', 'x')],
  ['empty client id with a stored session', packet(0x10, 'MQTT', 4, 0x00, 0, 0, '')],
]

/** Whether the client is still served after sending something illegal. */
async function servesAfter(bytes: Buffer): Promise<boolean> {
  const client = await RawClient.connect(broker)
  client.write(bytes)
  client.send({ cmd: 'pingreq' })
  return within(client.next('pingresp'), 2_000)
}

async function accepts(connect: Buffer): Promise<boolean> {
  const client = await RawClient.open(broker)
  client.write(connect)
  const connack = client.next('connack').then(({ returnCode }) => {
    if (returnCode !== 0) throw new Error('refused')
  })
  return within(connack, 2_000)
}

/** Whether a CONNECT over WebSocket is accepted with these protocols, as a text or a binary frame. */
async function acceptsWebSocket(protocols: string[], asText: boolean): Promise<boolean> {
  const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`, protocols)
  socket.on('error', () => {})
  const answered = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve()).once('close', () => reject(new Error('closed')))
  })
  socket.once('open', () => {
    const connect = mqttPacket.generate(connectPacket({ clientId: 'a' }))
    socket.send(asText ? connect.toString('latin1') : connect)
  })
  return within(answered, 3_000)
}

describe('plain aedes accepts', () => {
  it.each(afterConnect)('%s', async (_name, bytes) => {
    broker = await startPlain()
    expect(await servesAfter(bytes)).toBe(true)
  })

  it.each(insteadOfConnect)('%s', async (_name, bytes) => {
    broker = await startPlain()
    expect(await accepts(bytes)).toBe(true)
  })

  it('a WebSocket without a subprotocol', async () => {
    broker = await startPlain()
    expect(await acceptsWebSocket([], false)).toBe(true)
  })

  it('MQTT in text frames', async () => {
    broker = await startPlain()
    expect(await acceptsWebSocket(['mqtt'], true)).toBe(true)
  })
})

describe('our broker refuses', () => {
  it.each(afterConnect)('%s', async (_name, bytes) => {
    broker = await startOurs()
    expect(await servesAfter(bytes)).toBe(false)
  })

  it.each([
    ...insteadOfConnect,
    ['will QoS 3', packet(0x10, 'MQTT', 4, 0x1e, 0, 0, 'id', 'a', 'x')] as const,
  ])('%s', async (_name, bytes) => {
    broker = await startOurs()
    expect(await accepts(bytes)).toBe(false)
  })

  it('a WebSocket without a subprotocol', async () => {
    broker = await startOurs()
    expect(await acceptsWebSocket([], false)).toBe(false)
  })

  it('MQTT in text frames', async () => {
    broker = await startOurs()
    expect(await acceptsWebSocket(['mqtt'], true)).toBe(false)
  })

  it.each([
    ['DUP with QoS 0', packet(0x38, 'a', 1)],
    ['QoS 3', packet(0x36, 'a', 0, 1, 1)],
    ['a wildcard in a topic', packet(0x30, 'a/#')],
    ['an empty topic', packet(0x30, '')],
    ['a truncated topic', Buffer.from([0x30, 3, 0, 9, 97])],
    ['SUBSCRIBE without filters', packet(0x82, 0, 1)],
    ['SUBSCRIBE with QoS 3', packet(0x82, 0, 1, 'a', 3)],
    ['SUBSCRIBE with reserved bits', packet(0x80, 0, 1, 'a', 0)],
    ['UNSUBSCRIBE without filters', packet(0xa2, 0, 1)],
    ['PUBREL with reserved bits', packet(0x60, 0, 1)],
    ['PUBACK with a body too long', packet(0x40, 0, 1, 1)],
    ['PINGREQ with a body', packet(0xc0, 1)],
    ['a packet only servers send', packet(0x20, 0, 0)],
    ['packet type 0', packet(0x00)],
    ['packet type 15', packet(0xf0)],
    ['a second CONNECT', mqttPacket.generate(connectPacket())],
    ['a length of five bytes', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1])],
  ])('%s', async (_name, bytes) => {
    broker = await startOurs()
    expect(await servesAfter(bytes)).toBe(false)
  })
})
