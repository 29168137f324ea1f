import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import mqttPacket from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient } from './support/raw-client.js'

let broker: RunningOurs

afterEach(() => broker.stop())

async function start(limits: Partial<BrokerLimits>): Promise<void> {
  broker = await startOurs({ limits })
}

const kib = 1024
const pings = Buffer.alloc(64 * kib, Buffer.from([0xc0, 0]))

describe('a client that keeps asking, and takes no answer', () => {
  it('is not read any further', async () => {
    await start({ slowConsumerCutBytes: 400 * kib })
    // A stream that takes nothing at all.
    const stream = new Duplex({ read() {}, write() {} })
    broker.broker.handleTcp(stream as Socket)
    const connected = new Promise((resolve) => broker.broker.events.once('connected', resolve))
    stream.push(mqttPacket.generate(connectPacket({ clientId: 'greedy' })))
    await connected
    for (let i = 0; i < 100; i++) {
      stream.push(pings)
      await new Promise(setImmediate)
    }
    expect(broker.broker.stats().bytesIn).toBeLessThan(400 * kib)
    expect(broker.disconnects).toEqual([])
    stream.destroy()
  })

  it('is read again when it takes them', async () => {
    await start({ slowConsumerCutBytes: 40 * kib })
    const client = await RawClient.connect(broker)
    client.freeze()
    for (let i = 0; i < 4; i++) client.write(pings)
    client.thaw()
    const total = (4 * pings.length) / 2
    await client.until(() => client.received.length === total, 'every answer')
  })
})

describe('parts of packets', () => {
  const claim = (bytes: number) => [0x30, (bytes & 127) | 128, ((bytes >> 7) & 127) | 128, bytes >> 14]

  it('are bounded in memory, all clients together: the largest are cut off', async () => {
    await start({ maxPartialBytes: 1024 * kib })
    const modest = await RawClient.connect(broker, { clientId: 'modest' })
    modest.write([...claim(20 * kib), 0, 1, 97, ...Buffer.alloc(10 * kib - 3)])
    const greedy = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(broker)))
    for (const client of greedy) client.write([...claim(400 * kib), ...Buffer.alloc(300 * kib)])
    while (broker.disconnects.length < 5) await new Promise(setImmediate)
    modest.write(Buffer.alloc(10 * kib))
    modest.send({ cmd: 'pingreq' })
    await modest.next('pingresp')
    expect(broker.disconnects).toHaveLength(5)
    expect(broker.disconnects).toMatchObject(Array.from({ length: 5 }, () => ({ reason: 'quota' })))
    expect(broker.refusals[0]).toMatchObject({ reason: 'quota', detail: expect.stringContaining('packets') })
  })
})
