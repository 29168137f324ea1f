import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

const connect = (options = {}, via: Via = 'tcp') =>
  RawClient.connect(broker, connectPacket({ protocolVersion: 5, clientId: 'five', ...options }), via)

describe.each<Via>(['tcp', 'ws'])('a client of MQTT 5 over %s is told', (via) => {
  it('that another connection has taken over', async () => {
    const first = await connect({}, via)
    await connect({}, via)
    expect(await first.next('disconnect')).toMatchObject({
      reasonCode: 0x8e,
      properties: { reasonString: 'another connection has taken over this session' },
    })
    await first.closed
    expect(broker.disconnects).toMatchObject([{ reason: 'taken_over' }])
  })

  it.each([
    ['kicked', 0x98],
    ['revoked', 0x87],
    ['expired', 0xa0],
    ['not_authorized', 0x87],
    ['quota', 0x97],
    ['server_error', 0x80],
  ] as const)('that it was ended as %s', async (reason, reasonCode) => {
    const client = await connect({}, via)
    expect(broker.broker.disconnect(() => true, reason)).toBe(1)
    expect(await client.next('disconnect')).toMatchObject({ reasonCode })
    await client.closed
  })

  it('that the broker stops', async () => {
    const client = await connect({}, via)
    await broker.broker.close()
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x8b })
  })

  it('that it was silent for too long', async () => {
    const client = await connect({ keepalive: 1 }, via)
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x8d })
    await client.closed
  })

  it('that its packet is too large', async () => {
    const client = await connect({}, via)
    client.write([0x30, 0xff, 0xff, 0xff, 0x7f])
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 })
    await client.closed
  })
})

describe('a client of MQTT 5', () => {
  it('that wants no problem information gets the code alone', async () => {
    const client = await connect({ properties: { requestProblemInformation: false } })
    broker.broker.disconnect(() => true, 'kicked')
    await client.closed
    expect(client.firstBytes.slice(-3)).toEqual([0xe0, 1, 0x98])
  })

  it('that is let in by no listener is told after its CONNACK', async () => {
    broker.broker.events.on('connected', ({ client: { connectionId } }) =>
      broker.broker.disconnect((other) => other.connectionId === connectionId, 'revoked'),
    )
    const client = await connect()
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 })
  })

  it('may have left with any code, and the reason is the same', async () => {
    for (const reasonCode of [0, 4, 0x80, 0x98]) {
      const client = await connect()
      client.send({ cmd: 'disconnect', reasonCode })
      await client.closed
    }
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['client', 'client', 'client', 'client'])
  })

  it('that leaves with a code of servers is told', async () => {
    const client = await connect()
    client.write([0xe0, 1, 0x8e])
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 })
  })
})

describe('a client of MQTT 3.1.1', () => {
  it('is told nothing, as its protocol has no packet for that', async () => {
    const client = await RawClient.connect(broker)
    broker.broker.disconnect(() => true, 'kicked')
    await client.closed
    expect(client.received).toEqual([])
  })
})
