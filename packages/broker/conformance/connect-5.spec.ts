import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

/** Reason codes of CONNACK (section 3.2.2.2). */
const connackCodes = [
  0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a,
  0x9b, 0x9c, 0x9d, 0x9f,
]

conformance(
  { mqtt5: ['MQTT-3.1.4-5', 'MQTT-3.2.0-1', 'MQTT-3.2.2-1', 'MQTT-3.2.2-2', 'MQTT-4.2.0-1'] },
  'an accepted CONNECT is answered by CONNACK 0x00 with session present 0 and no other flag',
  async (bench) => {
    const client = await bench.open()
    client.send(bench.bytes.connect({ clientId: bench.id() }))
    const { raw } = await client.expect('connack')
    expect([...raw.subarray(2, 4)]).toEqual([0, 0])
    await client.ping()
  },
)

conformance(
  { mqtt5: 'MQTT-3.2.2-1' },
  'of the flags of CONNACK only session present is ever set',
  async (bench) => {
    const fields = { clientId: bench.id(), clean: false }
    const first = await bench.enter(fields)
    await first.peer.disconnect()
    const second = await bench.enter(fields)
    expect([first.connack.raw[2], second.connack.raw[2]]).toEqual([0, 1])
  },
)

conformance(
  { mqtt5: 'MQTT-3.2.0-2' },
  'there is no second CONNACK, whatever follows CONNECT',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id() })
    client.send(bench.bytes.connect({ clientId: bench.id() }))
    await client.expectClosed()
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-2', 'MQTT-3.2.2-6', 'MQTT-3.2.2-7'] },
  'an unsupported protocol version is refused in a way that its clients understand',
  async (bench) => {
    for (const protocolLevel of [0, 1, 2, 6, 9, 127]) {
      const client = await bench.open(bench.transport, 'mqtt311')
      client.send(bench.bytes.connect({ clientId: bench.id(), protocolLevel }))
      await client.closed()
      const answers = client.waiting.map(({ raw }) => raw.toString('hex'))
      expect(answers.length).toBeLessThan(2)
      for (const answer of answers) expect(answer).toMatch(/^(20020001|20..0084)/)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.3-6', 'MQTT-3.1.3-7', 'MQTT-3.2.2-16'] },
  'an empty client id is answered with an id of its own, Clean Start or not',
  async (bench) => {
    const assigned = new Set<string>()
    for (const clean of [true, false, true, false]) {
      const { peer, connack, sessionPresent } = await bench.enter({ clientId: '', clean })
      expect(sessionPresent).toBe(false)
      assigned.add(connack.properties?.assignedClientIdentifier ?? '')
      await peer.ping()
    }
    expect([assigned.size, assigned.has('')]).toEqual([4, false])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.3-7', 'MQTT-3.2.2-16'] },
  'a client that was given an id comes back to its session by that id',
  async (bench) => {
    const { peer, connack } = await bench.enter({ clientId: '', clean: false })
    await peer.subscribe(bench.topic, 1)
    await peer.disconnect()
    const clientId = connack.properties?.assignedClientIdentifier ?? 'none'
    const back = await bench.enter({ clientId, clean: false })
    expect([back.sessionPresent, back.connack.properties?.assignedClientIdentifier]).toEqual([
      true,
      undefined,
    ])
    await back.peer.publish(bench.topic, 'still here', { qos: 1 })
    expect(await back.peer.receive()).toMatchObject({ payload: 'still here' })
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-18', 'MQTT-3.1.2-19'] },
  'a password may come without a user name',
  async (bench) => {
    const client = await bench.connect({ password: Buffer.of(0, 0xff) })
    await client.ping()
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.4-1', 'MQTT-3.1.3-3', 'MQTT-4.13.1-1'] },
  'a CONNECT that is cut short is refused',
  async (bench) => {
    const whole = bench.bytes.connect({
      clientId: bench.id(),
      properties: [property.sessionExpiry(10), property.user('name', 'value')],
    })
    for (let length = 0; length < whole.length - 2; length += 1)
      await bench.refuses(`${length} bytes`, bytes.packet(0x10, whole.subarray(2, 2 + length)))
    await bench.refuses('a byte too many', bytes.packet(0x10, whole.subarray(2), Buffer.of(0)))
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.4-2', 'MQTT-3.1.3-8', 'MQTT-3.2.2-6', 'MQTT-3.2.2-7', 'MQTT-3.2.2-8'] },
  'each refusal of a host gets its reason code, session present 0 and the end',
  async (bench) => {
    const clientId = bench.id()
    const stored = await bench.connect({ clientId, clean: false })
    await stored.disconnect()
    const codes = { refuse2: 0x85, refuse3: 0x88, refuse4: 0x86, refuse5: 0x87 }
    for (const [username, code] of Object.entries(codes)) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ clientId, clean: false, username }))
      const { raw } = await client.expect('connack')
      expect([...raw.subarray(2, 4)]).toEqual([0, code])
      await client.expectClosed()
    }
  },
  { broker: 'rules' },
)

conformance(
  { mqtt5: ['MQTT-3.1.4-6', 'MQTT-3.14.0-1', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
  'nothing behind a refused CONNECT is processed, and no DISCONNECT is sent',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const refused = [
      bench.bytes.connect({ clientId: bench.id(), properties: [property.authenticationMethod('none')] }),
      bench.bytes.connect({ clientId: bench.id(), properties: [property.receiveMaximum(0)] }),
      bench.bytes.connect({ clientId: bench.id(), flags: 3 }),
    ]
    for (const connect of refused) {
      const client = await bench.open()
      const smuggled = bench.bytes.publish(bench.topic, 'smuggled', { qos: 1, retain: true })
      client.send(connect, smuggled, bytes.pingreq)
      const code = await client.expectRefused()
      if (code !== null) expect(connackCodes).toContain(code)
    }
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: 'MQTT-3.2.2-8' },
  'every refusal has a reason code that CONNACK may have',
  async (bench) => {
    const clientId = bench.id()
    const refused = [
      bytes.pingreq,
      bench.bytes.connect({ clientId, protocolName: 'hj' }),
      bench.bytes.connect({ clientId: Buffer.of(0xff) }),
      bench.bytes.connect({ clientId, will: { topic: 'a/#', payload: '' } }),
      bench.bytes.connect({ clientId, will: { topic: bench.topic, payload: '', qos: 3 } }),
      bench.bytes.connect({ clientId, properties: [property.maximumPacketSize(0)] }),
    ]
    for (const packet of refused) {
      const code = await bench.refuses(packet.toString('hex'), packet)
      if (code !== null) expect(connackCodes).toContain(code)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.12.0-1', 'MQTT-3.1.4-2'] },
  'an authentication method that nobody knows is refused',
  async (bench) => {
    const properties = [property.authenticationMethod('SCRAM-SHA-1'), property.authenticationData('x')]
    const connect = bench.bytes.connect({ clientId: bench.id(), properties })
    expect([0x8c, 0x87, null]).toContain(await bench.refuses('SCRAM-SHA-1', connect))
  },
)

conformance(
  { mqtt5: ['MQTT-4.12.0-6', 'MQTT-3.1.2-28'] },
  'CONNACK names no authentication method and no response information unless asked',
  async (bench) => {
    for (const properties of [[], [property.requestResponseInformation(0)]]) {
      const { connack } = await bench.enter({ properties })
      expect(connack.properties ?? {}).not.toHaveProperty('authenticationMethod')
      expect(connack.properties ?? {}).not.toHaveProperty('responseInformation')
    }
  },
)

conformance(
  { mqtt5: 'MQTT-3.2.2-22' },
  'a keep alive that the broker does not replace counts',
  async (bench) => {
    const { peer, connack } = await bench.enter({ keepAliveSeconds: 1 })
    expect(connack.properties?.serverKeepAlive ?? 1).toBe(1)
    await peer.expectClosed()
  },
)
