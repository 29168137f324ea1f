import mqttPacket from 'mqtt-packet'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Running, startOurs, startPlain } from './support/brokers.js'
import { connectPacket, RawClient, within } from './support/raw-client.js'
import { answersPing } from './support/scenarios.js'

// Defects of aedes in the clients and packets that it accepts.

let broker: Running

afterEach(() => broker.stop())

describe('a packet that claims 256 MB (AEDES 10)', () => {
  async function isCut(): Promise<boolean> {
    const client = await RawClient.connect(broker)
    client.write([0x30, 0xff, 0xff, 0xff, 0x7f])
    client.write(Buffer.alloc(1024))
    return within(client.closed, 2_000)
  }

  it('is awaited by plain aedes', async () => {
    broker = await startPlain()
    expect(await isCut()).toBe(false)
  })

  it('ends the connection on its first bytes', async () => {
    broker = await startOurs()
    expect(await isCut()).toBe(true)
  })
})

describe('a hook that never answers (AEDES 12)', () => {
  async function answered(): Promise<boolean> {
    const client = await RawClient.open(broker)
    client.send(connectPacket({ clientId: 'undecided' }))
    return within(client.next('connack'), 3_000)
  }

  it('leaves the socket open on plain aedes', async () => {
    broker = await startPlain()
    expect(await answered()).toBe(false)
  })

  it('is decided by the broker', async () => {
    broker = await startOurs({ limits: { authenticateTimeoutMs: 100 } })
    expect(await answered()).toBe(true)
  })
})

describe('a denied publish (AEDES 12)', () => {
  async function goesOn(): Promise<boolean> {
    const client = await RawClient.connect(broker)
    client.publish('secret', 'x', 1)
    return (await within(client.next('puback'), 2_000)) && answersPing(client)
  }

  it('ends the connection on plain aedes', async () => {
    broker = await startPlain()
    expect(await goesOn()).toBe(false)
  })

  it('is acknowledged, and the client stays connected', async () => {
    broker = await startOurs()
    expect(await goesOn()).toBe(true)
  })
})

describe('a will on a denied topic (AEDES 16)', () => {
  async function returnCode(topic = 'secret'): Promise<number | undefined> {
    const client = await RawClient.open(broker)
    const will = { topic, payload: Buffer.from('x'), qos: 0, retain: false } as const
    client.send(connectPacket({ clientId: 'device', will }))
    const { returnCode: code } = await client.next('connack')
    client.destroy()
    return code
  }

  it('is accepted by plain aedes', async () => {
    broker = await startPlain()
    expect(await returnCode()).toBe(0)
  })

  it.each(['secret', '$SYS/broker/uptime'])(
    'lets the client in without it, and tells its topic: %s',
    async (topic) => {
      const ours = await startOurs()
      broker = ours
      expect(await returnCode(topic)).toBe(0)
      await vi.waitFor(() => expect(ours.disconnects).toMatchObject([{ reason: 'connection_lost' }]))
      const refusal = { stage: 'will', reason: 'not_authorized', topic, clientId: 'device' }
      // Once: it is not even tried to send the will when the connection is lost.
      expect(ours.refusals).toMatchObject([{ ...refusal, client: { sessionId: 'device' } }])
    },
  )
})

describe('sixty packets right behind CONNECT (AEDES 17)', () => {
  async function served(): Promise<boolean> {
    const client = await RawClient.open(broker)
    const publish = { cmd: 'publish', topic: 'x', payload: '', qos: 0, dup: false, retain: false } as const
    client.write(
      Buffer.concat(
        [connectPacket(), ...Array(60).fill(publish)].map((packet) => mqttPacket.generate(packet)),
      ),
    )
    return (await within(client.next('connack'), 2_000)) && answersPing(client)
  }

  it('end the connection on plain aedes', async () => {
    broker = await startPlain()
    expect(await served()).toBe(false)
  })

  it('are accepted', async () => {
    broker = await startOurs()
    expect(await served()).toBe(true)
  })
})

describe('an MQTT 5 CONNECT (AEDES 18)', () => {
  const connect = mqttPacket.generate({ ...connectPacket({ protocolVersion: 5 }), properties: {} })

  async function firstBytes(): Promise<Buffer> {
    const { connect: open } = await import('node:net')
    const socket = open(broker.tcpPort, '127.0.0.1')
    socket.write(connect)
    return new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject))
  }

  it('is refused by plain aedes in a form MQTT 5 does not know', async () => {
    broker = await startPlain()
    expect([...(await firstBytes())]).toEqual([0x20, 2, 0, 1])
  })

  it('is answered in the form of MQTT 5', async () => {
    broker = await startOurs()
    expect([...(await firstBytes()).subarray(0, 4)]).toEqual([0x20, expect.any(Number), 0, 0])
  })
})
