import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

const everyCharacter = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

conformance(
  { mqtt311: ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.1.0-1', 'MQTT-4.13.1-1'] },
  'any first packet but CONNECT ends the connection',
  async (bench) => {
    await bench.refuses('PUBLISH', bench.bytes.publish(bench.topic, 'x', { qos: 1 }))
    await bench.refuses('SUBSCRIBE', bench.bytes.subscribe(1, [bench.topic, 0]))
    await bench.refuses('UNSUBSCRIBE', bench.bytes.unsubscribe(1, bench.topic))
    await bench.refuses('PINGREQ', bytes.pingreq)
    await bench.refuses('DISCONNECT', bytes.disconnect)
    await bench.refuses('PUBACK', bytes.puback(1))
    await bench.refuses(
      'PINGREQ before CONNECT',
      bytes.pingreq,
      bench.bytes.connect({ clientId: bench.id() }),
    )
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.0-2', mqtt5: 'MQTT-3.1.0-2' },
  'a second CONNECT ends the connection',
  async (bench) => {
    const again = bench.bytes.connect({ clientId: bench.id() })
    const client = await bench.connect({ clientId: bench.id() })
    client.send(again)
    await client.expectClosed()
    await bench.violates(
      'with another client id',
      bench.bytes.connect({ clientId: bench.id('b') }),
      bytes.pingreq,
    )
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.0-2', mqtt5: ['MQTT-3.1.0-2', 'MQTT-3.2.0-2'] },
  'a second CONNECT in the same write ends the connection',
  async (bench) => {
    const client = await bench.open()
    const connect = bench.bytes.connect({ clientId: bench.id() })
    client.send(connect, connect)
    await client.closed()
    expect(client.waiting.filter(({ cmd }) => cmd === 'connack').length).toBeLessThan(2)
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1', mqtt5: 'MQTT-3.1.2-1' },
  'an unknown protocol name is not accepted',
  async (bench) => {
    for (const protocolName of ['hj', 'mqtt', 'MQTTX', 'MQT', '', 'AMQP', 'MQIsdP']) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ clientId: bench.id(), protocolName }))
      await client.closed()
      for (const answer of client.waiting) expect(answer.raw[3], protocolName).not.toBe(0)
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-2', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'] },
  'an unsupported protocol level gets CONNACK 0x01 and the end',
  async (bench) => {
    for (const protocolLevel of [0, 1, 2, 3, 6, 9, 127]) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ clientId: bench.id(), protocolLevel }))
      expect((await client.expect('connack')).raw, `level ${protocolLevel}`).toEqual(Buffer.of(0x20, 2, 0, 1))
      await client.expectClosed()
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-3', 'MQTT-3.1.4-1'], mqtt5: ['MQTT-3.1.2-3', 'MQTT-3.1.4-1'] },
  'the reserved connect flag must be 0',
  async (bench) => {
    const clientId = bench.id()
    await bench.refuses('clean', bench.bytes.connect({ clientId, flags: 0x03 }))
    await bench.refuses('not clean', bench.bytes.connect({ clientId, flags: 0x01 }))
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-9', 'MQTT-3.1.4-1'], mqtt5: ['MQTT-3.1.2-9', 'MQTT-3.1.4-1'] },
  'the will flag without a will in the payload',
  async (bench) => {
    const id = bytes.field(bench.id())
    await bench.refuses('nothing', bench.bytes.connect({ flags: 0x06, payload: [id] }))
    await bench.refuses(
      'no message',
      bench.bytes.connect({ flags: 0x06, payload: [id, bytes.field(bench.topic)] }),
    )
    await bench.refuses(
      'cut short',
      bench.bytes.connect({ flags: 0x06, payload: [id, bytes.field('a'), Buffer.of(0, 5, 1)] }),
    )
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13', 'MQTT-3.1.2-15', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13', 'MQTT-3.1.4-1'],
  },
  'will QoS, will retain or a will without the will flag',
  async (bench) => {
    const payload = [bytes.field(bench.id())]
    await bench.refuses('QoS 1', bench.bytes.connect({ flags: 0x0a, payload }))
    await bench.refuses('QoS 2', bench.bytes.connect({ flags: 0x12, payload }))
    await bench.refuses('QoS 3', bench.bytes.connect({ flags: 0x1a, payload }))
    await bench.refuses('retain', bench.bytes.connect({ flags: 0x22, payload }))
    const will = [bytes.field(bench.topic), bytes.field('x')]
    await bench.refuses('a will', bench.bytes.connect({ flags: 0x02, payload: [...payload, ...will] }))
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-14', 'MQTT-3.1.4-1'], mqtt5: ['MQTT-3.1.2-12', 'MQTT-3.1.4-1'] },
  'will QoS is at most 2',
  async (bench) => {
    const clientId = bench.id()
    await bench.refuses(
      'QoS 3',
      bench.bytes.connect({ clientId, will: { topic: bench.topic, payload: 'x', qos: 3 } }),
    )
    for (const qos of [0, 1, 2]) {
      const client = await bench.connect({ will: { topic: bench.topic, payload: 'x', qos } })
      await client.disconnect()
    }
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.1.2-18', 'MQTT-3.1.2-20', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-3.1.2-16', 'MQTT-3.1.2-18', 'MQTT-3.1.4-1'],
  },
  'a user name or password without its flag',
  async (bench) => {
    const id = bytes.field(bench.id())
    const value = bytes.field('value')
    await bench.refuses('user name', bench.bytes.connect({ flags: 0x02, payload: [id, value] }))
    await bench.refuses('password', bench.bytes.connect({ flags: 0x82, payload: [id, value, value] }))
    await bench.refuses('one byte', bench.bytes.connect({ flags: 0x02, payload: [id, Buffer.of(0)] }))
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.1.2-19', 'MQTT-3.1.2-21', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-3.1.2-17', 'MQTT-3.1.2-19', 'MQTT-3.1.4-1'],
  },
  'the flag of a user name or password without its value',
  async (bench) => {
    const id = bytes.field(bench.id())
    await bench.refuses('user name', bench.bytes.connect({ flags: 0x82, payload: [id] }))
    await bench.refuses('password', bench.bytes.connect({ flags: 0xc2, payload: [id, bytes.field('user')] }))
    await bench.refuses('cut short', bench.bytes.connect({ flags: 0x82, payload: [id, Buffer.of(0, 9, 65)] }))
  },
)

conformance({ mqtt311: ['MQTT-3.1.2-22', 'MQTT-3.1.4-1'] }, 'a password without a user name', (bench) =>
  bench.refuses('password only', bench.bytes.connect({ clientId: bench.id(), password: 'secret' })),
)

conformance(
  {
    mqtt311: ['MQTT-3.1.3-1', 'MQTT-3.1.2-9', 'MQTT-3.1.2-19', 'MQTT-3.1.2-21'],
    mqtt5: ['MQTT-3.1.3-1', 'MQTT-3.1.2-9', 'MQTT-3.1.2-17', 'MQTT-3.1.2-19'],
  },
  'every field of the payload is read from its place',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 2)
    const will = { topic: bench.topic, payload: 'the will', qos: 1 }
    const client = await bench.connect({ clientId: bench.id(), will, username: 'user', password: 'secret' })
    const rival = await bench.connect({ clientId: bench.id() })
    await client.closed()
    await rival.ping()
    expect(await watcher.receive()).toMatchObject({ topic: bench.topic, payload: 'the will', qos: 1 })
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.3-3', 'MQTT-3.1.4-1'], mqtt5: ['MQTT-3.1.3-3', 'MQTT-3.1.4-1'] },
  'a CONNECT without a client id',
  async (bench) => {
    await bench.refuses('no payload', bench.bytes.connect({ payload: [] }))
    await bench.refuses('half a length', bench.bytes.connect({ payload: [Buffer.of(0)] }))
    await bench.refuses('cut short', bench.bytes.connect({ payload: [Buffer.of(0, 4, 97, 98)] }))
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.4-1', 'MQTT-3.2.2-6'] },
  'a CONNECT that is cut short gets no CONNACK',
  async (bench) => {
    await bench.refuses('empty', bytes.packet(0x10))
    await bench.refuses('name only', bytes.packet(0x10, bytes.field('MQTT')))
    await bench.refuses('no flags', bytes.packet(0x10, bytes.field('MQTT'), Buffer.of(4)))
    await bench.refuses('no keep alive', bytes.packet(0x10, bytes.field('MQTT'), Buffer.of(4, 2)))
    await bench.refuses('half a keep alive', bytes.packet(0x10, bytes.field('MQTT'), Buffer.of(4, 2, 0)))
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.4-1' },
  'a CONNECT is not waited for when its fields cannot fit in it',
  async (bench) => {
    const header = Buffer.concat([bytes.field('MQTT'), Buffer.of(4, 2, 0, 60)])
    await bench.refuses('no client id', bytes.packet(0x10, header))
    await bench.refuses('a byte for the client id', Buffer.concat([Buffer.of(0x10, 11), header]))
    await bench.refuses(
      'too long a client id',
      Buffer.concat([Buffer.of(0x10, 30), header, Buffer.of(0, 99)]),
    )
    await bench.refuses('HTTP', Buffer.from('GET'))
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.3-5', mqtt5: 'MQTT-3.1.3-5' },
  'client ids of 1 to 23 letters and digits are accepted',
  async (bench) => {
    const ids = [...(everyCharacter.match(/.{1,23}/g) ?? []), '0', bench.id().padEnd(23, 'Z').slice(0, 23)]
    for (const clientId of ids) {
      const client = await bench.connect({ clientId })
      await client.disconnect()
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.3-6', 'MQTT-3.1.3-7'] },
  'an empty client id with clean session 1 makes a client of its own',
  async (bench) => {
    const first = await bench.connect({ clientId: '' })
    const second = await bench.connect({ clientId: '' })
    await first.subscribe(bench.topic)
    await second.publish(bench.topic, 'hello')
    expect(await first.receive()).toMatchObject({ payload: 'hello' })
    await second.ping()
    expect(second.waiting).toEqual([])
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.3-7', 'MQTT-3.1.3-8', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'] },
  'an empty client id with clean session 0 gets CONNACK 0x02 and the end',
  async (bench) => {
    const client = await bench.open()
    client.send(bench.bytes.connect({ clientId: '', clean: false }))
    expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, 2))
    await client.expectClosed()
  },
)
