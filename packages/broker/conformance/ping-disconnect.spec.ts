import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: 'MQTT-3.12.4-1', mqtt5: 'MQTT-3.12.4-1' },
  'every PINGREQ is answered by PINGRESP',
  async (bench) => {
    const client = await bench.connect()
    client.send(bytes.pingreq, bytes.pingreq, bytes.pingreq)
    for (let n = 0; n < 3; n += 1) expect((await client.expect('pingresp')).raw).toEqual(Buffer.of(0xd0, 0))
    await client.ping()
    expect(client.waiting).toEqual([])
  },
)

conformance(
  { mqtt311: ['MQTT-3.14.1-1', 'MQTT-2.2.2-2'], mqtt5: ['MQTT-3.14.1-1', 'MQTT-4.13.1-1'] },
  'DISCONNECT with reserved bits is a violation: the will is published',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    for (const flags of [1, 2, 4, 8, 15]) {
      const client = await bench.connect({ will: { topic: bench.topic, payload: `${flags}`, qos: 1 } })
      client.send(bytes.packet(0xe0 | flags))
      await client.expectClosed()
      expect((await watcher.receive()).payload).toBe(`${flags}`)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.14.4-3', mqtt5: 'MQTT-3.14.4-3' },
  'DISCONNECT in one write with what went before still discards the will',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const client = await bench.connect({ will: { topic: bench.topic, payload: 'will', qos: 1 } })
    client.send(bench.bytes.publish(bench.topic, 'last words', { qos: 1, id: 1 }), bytes.disconnect)
    await client.closed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect((await watcher.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['last words'])
  },
)

conformance(
  { mqtt311: 'MQTT-3.14.4-2', mqtt5: 'MQTT-3.14.4-1' },
  'the broker closes after DISCONNECT and ignores what follows it',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const client = await bench.connect()
    client.send(
      bytes.disconnect,
      bench.bytes.publish(bench.topic, 'too late', { qos: 1, id: 1 }),
      bytes.pingreq,
    )
    await client.expectClosed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance({ mqtt311: 'MQTT-4.8.0-1' }, 'PINGREQ and DISCONNECT have no body', async (bench) => {
  await bench.violates('PINGREQ', bytes.packet(0xc0, Buffer.of(0)), bytes.pingreq)
  await bench.violates('DISCONNECT', bytes.packet(0xe0, Buffer.of(0)))
})
