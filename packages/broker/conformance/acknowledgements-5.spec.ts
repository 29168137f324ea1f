import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { acknowledge } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

const successes = [0x00, 0x10]

conformance(
  { mqtt5: ['MQTT-3.3.4-1', 'MQTT-3.4.2-1', 'MQTT-3.5.2-1', 'MQTT-3.7.2-1', 'MQTT-2.2.1-5'] },
  'each QoS has its answer, with a reason code that tells of success',
  async (bench) => {
    const client = await bench.connect()
    client.send(bench.bytes.publish(bench.topic, 'x'), bytes.pingreq)
    await client.expect('pingresp')
    client.send(bench.bytes.publish(bench.topic, 'x', { qos: 1, id: 2 }))
    const puback = await client.expect('puback')
    expect([puback.messageId, successes.includes(puback.reasonCode ?? 0)]).toEqual([2, true])
    client.send(bench.bytes.publish(bench.topic, 'x', { qos: 2, id: 3 }))
    const pubrec = await client.expect('pubrec')
    expect([pubrec.messageId, successes.includes(pubrec.reasonCode ?? 0)]).toEqual([3, true])
    client.send(bytes.pubrel(3))
    const pubcomp = await client.expect('pubcomp')
    expect([pubcomp.messageId, pubcomp.reasonCode ?? 0]).toEqual([3, 0])
  },
)

conformance(
  { mqtt5: ['MQTT-3.4.2-1', 'MQTT-4.3.2-3'] },
  'PUBACK is taken in each of its forms',
  async (bench) => {
    const client = await bench.connect({ properties: [property.receiveMaximum(1)] })
    await client.subscribe(bench.topic, 1)
    const forms = [
      (id: number) => bytes.puback(id),
      (id: number) => acknowledge(0x40, id, 0),
      (id: number) => acknowledge(0x40, id, 0x10, []),
      (id: number) => acknowledge(0x40, id, 0, [property.reasonString('ok'), property.user('a', 'b')]),
      (id: number) => acknowledge(0x40, id, 0x83, [property.reasonString('no')]),
    ]
    for (const [n] of forms.entries()) await client.publish(bench.topic, `${n}`, { qos: 1 })
    for (const [n, form] of forms.entries()) {
      const { messageId = 0, payload } = await client.expect('publish')
      expect(payload.toString()).toBe(`${n}`)
      client.send(form(messageId))
    }
    await client.ping()
  },
)

conformance(
  { mqtt5: ['MQTT-4.4.0-2', 'MQTT-3.3.4-9'] },
  'a PUBACK or PUBREC that fails ends the exchange: nothing of it comes again',
  async (bench) => {
    const clientId = bench.id()
    const client = await bench.connect({ clientId, clean: false })
    await client.subscribe(bench.topic, 2)
    for (const qos of [1, 2]) await client.publish(bench.topic, `QoS ${qos}`, { qos })
    for (const first of [0x40, 0x50] as const) {
      const { messageId = 0 } = await client.expect('publish')
      client.send(acknowledge(first, messageId, 0x80))
    }
    await client.ping()
    expect(client.waiting).toEqual([])
    await client.disconnect()
    const { peer } = await bench.enter({ clientId, clean: false })
    await peer.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.4.2-1', 'MQTT-3.5.2-1', 'MQTT-4.3.3-9'] },
  'a PUBLISH that is not allowed is answered with 0x87 and delivered to nobody; its id is free again',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(`denied/${bench.topic}`, 2)
    await subscriber.subscribe(bench.topic, 2)
    const client = await bench.connect()
    const denied = `denied/${bench.topic}`
    client.send(bench.bytes.publish(denied, 'x'), bytes.pingreq)
    await client.expect('pingresp')
    client.send(bench.bytes.publish(denied, 'x', { qos: 1, id: 2 }))
    expect(await client.expect('puback')).toMatchObject({ messageId: 2, reasonCode: 0x87 })
    client.send(bench.bytes.publish(denied, 'x', { qos: 2, id: 3 }))
    expect(await client.expect('pubrec')).toMatchObject({ messageId: 3, reasonCode: 0x87 })
    client.send(bench.bytes.publish(bench.topic, 'end', { qos: 2, id: 3 }))
    expect((await client.expect('pubrec')).reasonCode ?? 0).toBe(0)
    client.send(bytes.pubrel(3))
    await client.expect('pubcomp')
    expect(await subscriber.receiveUntil('end')).toEqual([])
  },
  { broker: 'rules' },
)

conformance(
  { mqtt5: ['MQTT-3.6.2-1', 'MQTT-3.7.2-1'] },
  'a PUBREC or PUBREL for an unknown id is answered with 0x92 or as usual',
  async (bench) => {
    const client = await bench.connect()
    client.send(bytes.pubrec(77))
    const pubrel = await client.expect('pubrel')
    expect([pubrel.messageId, [0, 0x92].includes(pubrel.reasonCode ?? 0)]).toEqual([77, true])
    client.send(bytes.pubrel(78))
    const pubcomp = await client.expect('pubcomp')
    expect([pubcomp.messageId, [0, 0x92].includes(pubcomp.reasonCode ?? 0)]).toEqual([78, true])
  },
)

conformance(
  { mqtt5: 'MQTT-3.1.2-29' },
  'a client that asks for no problem information gets no Reason String but in CONNACK and DISCONNECT',
  async (bench) => {
    const client = await bench.connect({ properties: [property.requestProblemInformation(0)] })
    client.send(
      bench.bytes.publish(`denied/${bench.topic}`, 'x', { qos: 1, id: 1 }),
      bench.bytes.publish(`denied/${bench.topic}`, 'x', { qos: 2, id: 2 }),
      bench.bytes.subscribe(3, [`unreadable/${bench.topic}`, 1]),
      bench.bytes.unsubscribe(4, 'never'),
      bytes.pubrec(5),
      bytes.pubrel(6),
      bytes.pingreq,
    )
    await client.take('pingresp')
    const told = client.waiting.filter(
      (packet) => 'properties' in packet && Object.keys(packet.properties ?? {}).length > 0,
    )
    expect(told).toEqual([])
    expect(client.waiting.length).toBeGreaterThan(3)
  },
  { broker: 'rules' },
)

conformance(
  { mqtt5: 'MQTT-2.2.2-1' },
  'packets without properties state a property length of 0',
  async (bench) => {
    const client = await bench.connect()
    client.send(bench.bytes.subscribe(1, [bench.topic, 1]))
    expect((await client.expect('suback')).raw).toEqual(bytes.packet(0x90, Buffer.of(0, 1, 0, 1)))
    client.send(bench.bytes.unsubscribe(2, bench.topic))
    expect((await client.expect('unsuback')).raw).toEqual(bytes.packet(0xb0, Buffer.of(0, 2, 0, 0)))
    const missing = bytes.packet(0x82, bytes.uint16(3), bytes.field(bench.topic), Buffer.of(1))
    await bench.violates('SUBSCRIBE without a property length', missing, bytes.pingreq)
  },
)
