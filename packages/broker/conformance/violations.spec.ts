import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: 'MQTT-4.8.0-1' },
  'packet types that no client sends end the connection',
  async (bench) => {
    const unsendable = {
      'type 0': bytes.packet(0x00),
      CONNACK: bytes.packet(0x20, Buffer.of(0, 0)),
      SUBACK: bytes.packet(0x90, Buffer.of(0, 1, 0)),
      UNSUBACK: bytes.packet(0xb0, Buffer.of(0, 1)),
      PINGRESP: bytes.packet(0xd0),
      'type 15': bytes.packet(0xf0),
    }
    for (const [name, packet] of Object.entries(unsendable)) {
      await bench.violates(name, packet, bytes.pingreq)
      await bench.refuses(`${name} first`, packet)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-1', mqtt5: 'MQTT-4.13.1-1' },
  'a remaining length of five bytes ends the connection',
  async (bench) => {
    for (const type of [0x30, 0xc0, 0x82]) {
      await bench.violates(`type ${type}`, Buffer.of(type, 0x80, 0x80, 0x80, 0x80, 0x01), bytes.pingreq)
      await bench.violates(`type ${type}, cut short`, Buffer.of(type, 0xff, 0xff, 0xff, 0xff))
    }
    await bench.refuses('CONNECT', Buffer.of(0x10, 0x80, 0x80, 0x80, 0x80, 0x01))
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-1' },
  'acknowledgements of the wrong length end the connection',
  async (bench) => {
    for (const first of [0x40, 0x50, 0x62, 0x70]) {
      await bench.violates(`${first} empty`, bytes.packet(first), bytes.pingreq)
      await bench.violates(`${first} short`, bytes.packet(first, Buffer.of(0)), bytes.pingreq)
      await bench.violates(`${first} long`, bytes.packet(first, Buffer.of(0, 1, 0)), bytes.pingreq)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-1', mqtt5: 'MQTT-4.13.1-1' },
  'after a violation nothing of the same write is processed',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const client = await bench.connect()
    client.send(bytes.packet(0xf0), bench.bytes.publish(bench.topic, 'too late', { qos: 1 }), bytes.pingreq)
    await client.expectClosed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-1', mqtt5: 'MQTT-4.13.1-1' },
  'what came before a violation counts',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const client = await bench.connect()
    client.send(bench.bytes.publish(bench.topic, 'in time', { qos: 1 }), bytes.packet(0xf0))
    await client.closed()
    expect((await watcher.receive()).payload).toBe('in time')
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-1', mqtt5: 'MQTT-4.13.1-1' },
  'a violation is felt by nobody else',
  async (bench) => {
    const bystander = await bench.connect()
    await bystander.subscribe(bench.topic, 1)
    await bench.violates('type 15', bytes.packet(0xf0))
    await bystander.publish(bench.topic, 'well', { qos: 1 })
    expect((await bystander.receive()).payload).toBe('well')
  },
)

conformance(
  { mqtt311: 'MQTT-4.8.0-2' },
  'a message that the host fails to decide is not acknowledged; its connection ends',
  async (bench) => {
    for (const qos of [0, 1, 2]) {
      const subscriber = await bench.connect()
      await subscriber.subscribeAll([`undecided/${bench.topic}`, 2], [bench.topic, 2])
      const client = await bench.connect()
      client.send(bench.bytes.publish(`undecided/${bench.topic}`, 'x', { qos, id: 5 }))
      await client.expectClosed()
      await subscriber.publish(bench.topic, 'end', { qos: 2 })
      expect(await subscriber.receiveUntil('end')).toEqual([])
      await subscriber.disconnect()
    }
  },
  { broker: 'rules' },
)
