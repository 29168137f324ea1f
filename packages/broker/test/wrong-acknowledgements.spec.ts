import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient } from './support/raw-client.js'

// What a client may not answer (MQTT 3.1.1 and 5, section 4.8).

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

/** A client that was sent a message of this QoS with packet id 1. */
async function receiver(qos: 1 | 2): Promise<RawClient> {
  const client = await RawClient.connect(broker)
  await client.subscribe({ topic: 'x', qos })
  await broker.broker.publish({ topic: 'x', payload: 'm', qos })
  expect(await client.next('publish')).toMatchObject({ qos, messageId: 1 })
  return client
}

async function ends(client: RawClient, bytes: number[]): Promise<void> {
  client.write(bytes)
  await client.closed
  expect(broker.disconnects).toMatchObject([{ reason: 'malformed' }])
}

describe('a client is disconnected when it answers', () => {
  it.each([
    ['PUBACK', 0x40],
    ['PUBREC', 0x50],
    ['PUBREL', 0x62],
    ['PUBCOMP', 0x70],
  ])('with packet id 0: %s', async (_name, first) => {
    await ends(await RawClient.connect(broker), [first, 2, 0, 0])
  })

  it.each([
    ['PUBREC', 0x50],
    ['PUBCOMP', 0x70],
  ])('a QoS 1 message with %s', async (_name, first) => {
    await ends(await receiver(1), [first, 2, 0, 1])
  })

  it('a QoS 2 message with PUBACK', async () => {
    await ends(await receiver(2), [0x40, 2, 0, 1])
  })

  it('PUBREL with PUBACK', async () => {
    const client = await receiver(2)
    client.write([0x50, 2, 0, 1])
    await client.next('pubrel')
    await ends(client, [0x40, 2, 0, 1])
  })

  it('in MQTT 5, which is told 0x82', async () => {
    const client = await RawClient.connect(broker, connectPacket({ protocolVersion: 5 }))
    client.write([0x40, 2, 0, 0])
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 })
  })
})

it('a client that answers a message that is not in flight any more stays connected', async () => {
  const client = await receiver(2)
  client.write([0x50, 2, 0, 1, 0x50, 2, 0, 1, 0x70, 2, 0, 1, 0x70, 2, 0, 1, 0x40, 2, 0, 7, 0xc0, 0])
  await client.next('pingresp')
  expect(client.count('pubrel')).toBe(2)
})

describe('MQTT 3.1', () => {
  const old = { protocolId: 'MQIsdp', protocolVersion: 3 } as const

  it('a client may send PUBREL, SUBSCRIBE and UNSUBSCRIBE again with DUP', async () => {
    const client = await RawClient.connect(broker, old)
    client.write([0x8a, 6, 0, 1, 0, 1, 97, 1])
    expect((await client.next('suback')).granted).toEqual([1])
    client.publish('b', 'm', 2, 2)
    await client.next('pubrec')
    client.write([0x6a, 2, 0, 2])
    expect(await client.next('pubcomp')).toMatchObject({ messageId: 2 })
    client.write([0xaa, 5, 0, 3, 0, 1, 97])
    expect(await client.next('unsuback')).toMatchObject({ messageId: 3 })
  })

  it.each([
    ['PUBREL', [0x6a, 2, 0, 2]],
    ['SUBSCRIBE', [0x8a, 6, 0, 1, 0, 1, 97, 1]],
    ['UNSUBSCRIBE', [0xaa, 5, 0, 3, 0, 1, 97]],
  ])('DUP of %s still ends a connection of MQTT 3.1.1', async (_name, bytes) => {
    await ends(await RawClient.connect(broker), bytes)
  })

  it('does not use bit 0 of the connect flags, the flags of CONNECT, and those of a will that is not there', async () => {
    for (const [first, flags] of [
      [0x10, 0x03],
      [0x1f, 0x02],
      [0x10, 0x3a],
    ] as const) {
      const client = await RawClient.open(broker)
      client.write([first, 15, 0, 6, 77, 81, 73, 115, 100, 112, 3, flags, 0, 0, 0, 1, 97])
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
      client.write([0xc3, 0])
      await client.next('pingresp')
    }
  })

  it('lets a client leave out the user name and the password that its flags announce', async () => {
    const client = await RawClient.open(broker)
    client.write([0x10, 15, 0, 6, 77, 81, 73, 115, 100, 112, 3, 0xc2, 0, 0, 0, 1])
    client.write([97])
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  })
})
