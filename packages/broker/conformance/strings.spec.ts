import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

const illFormed = {
  'a lone continuation byte': [0x80],
  'an overlong slash': [0xc0, 0xaf],
  'an overlong letter': [0xe0, 0x81, 0x81],
  'the surrogate U+D800': [0xed, 0xa0, 0x80],
  'the surrogate U+DFFF': [0xed, 0xbf, 0xbf],
  'a pair of surrogates': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  'a code point above U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
  'a character cut short': [0xe2, 0x82],
  'the byte FF': [0xff],
}

conformance(
  { mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'], mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.3.2-1'] },
  'ill-formed UTF-8 in the topic of PUBLISH',
  (bench) =>
    eachIllFormed((what, text) => bench.violates(what, bench.bytes.publish(text, 'x'), bytes.pingreq)),
)

conformance(
  { mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.8.3-1'], mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.8.3-1'] },
  'ill-formed UTF-8 in a filter of SUBSCRIBE',
  (bench) =>
    eachIllFormed((what, text) => bench.violates(what, bench.bytes.subscribe(1, [text, 0]), bytes.pingreq)),
)

conformance(
  { mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.10.3-1'], mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.10.3-1'] },
  'ill-formed UTF-8 in a filter of UNSUBSCRIBE',
  (bench) =>
    eachIllFormed((what, text) => bench.violates(what, bench.bytes.unsubscribe(1, text), bytes.pingreq)),
)

conformance(
  {
    mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.1.3-4', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.1.3-4', 'MQTT-3.1.4-1'],
  },
  'ill-formed UTF-8 in a client id',
  (bench) => eachIllFormed((what, clientId) => bench.refuses(what, bench.bytes.connect({ clientId }))),
)

conformance(
  {
    mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.1.3-10', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.1.3-11', 'MQTT-3.1.4-1'],
  },
  'ill-formed UTF-8 in a will topic',
  (bench) =>
    eachIllFormed((what, topic) =>
      bench.refuses(what, bench.bytes.connect({ clientId: bench.id(), will: { topic, payload: 'x' } })),
    ),
)

conformance(
  {
    mqtt311: ['MQTT-1.5.3-1', 'MQTT-3.1.3-11', 'MQTT-3.1.4-1'],
    mqtt5: ['MQTT-1.5.4-1', 'MQTT-3.1.3-12', 'MQTT-3.1.4-1'],
  },
  'ill-formed UTF-8 in a user name',
  (bench) =>
    eachIllFormed((what, username) =>
      bench.refuses(what, bench.bytes.connect({ clientId: bench.id(), username })),
    ),
)

conformance(
  { mqtt311: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'], mqtt5: ['MQTT-1.5.4-2', 'MQTT-4.7.3-2'] },
  'U+0000 in a topic name or topic filter',
  async (bench) => {
    await bench.violates('PUBLISH', bench.bytes.publish('a\0b', 'x'), bytes.pingreq)
    await bench.violates('PUBLISH of QoS 1', bench.bytes.publish('a\0', 'x', { qos: 1 }), bytes.pingreq)
    await bench.violates('SUBSCRIBE', bench.bytes.subscribe(1, ['a\0b', 0]), bytes.pingreq)
    await bench.violates(
      'SUBSCRIBE, second filter',
      bench.bytes.subscribe(1, [bench.topic, 0], ['\0', 0]),
      bytes.pingreq,
    )
    await bench.violates('UNSUBSCRIBE', bench.bytes.unsubscribe(1, 'a\0b'), bytes.pingreq)
  },
)

conformance(
  { mqtt311: ['MQTT-1.5.3-2', 'MQTT-3.1.4-1'], mqtt5: ['MQTT-1.5.4-2', 'MQTT-3.1.4-1'] },
  'U+0000 in a string of CONNECT',
  async (bench) => {
    const clientId = bench.id()
    await bench.refuses('client id', bench.bytes.connect({ clientId: `${clientId}\0` }))
    await bench.refuses(
      'will topic',
      bench.bytes.connect({ clientId, will: { topic: 'a\0b', payload: 'x' } }),
    )
    await bench.refuses('user name', bench.bytes.connect({ clientId, username: 'a\0b' }))
  },
)

conformance(
  { mqtt311: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'], mqtt5: ['MQTT-1.5.4-2', 'MQTT-4.7.3-2'] },
  'other control characters are refused as well, as section 1.5.3 allows',
  async (bench) => {
    for (const control of ['\u0001', '\t', '\n', '\u001f', '\u007f', '\u0080', '\u009f']) {
      const text = `a${control}b`
      await bench.violates('PUBLISH', bench.bytes.publish(text, 'x'), bytes.pingreq)
      await bench.violates('SUBSCRIBE', bench.bytes.subscribe(1, [text, 0]), bytes.pingreq)
      await bench.violates('UNSUBSCRIBE', bench.bytes.unsubscribe(1, text), bytes.pingreq)
      await bench.refuses('client id', bench.bytes.connect({ clientId: text }))
      await bench.refuses('user name', bench.bytes.connect({ clientId: bench.id(), username: text }))
      const will = { topic: text, payload: 'x' }
      await bench.refuses('will topic', bench.bytes.connect({ clientId: bench.id(), will }))
    }
  },
)

conformance(
  { mqtt311: 'MQTT-1.5.3-1', mqtt5: 'MQTT-1.5.4-1' },
  'the characters beside the control characters pass',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(`${bench.topic}/+`)
    for (const text of [' ', '~', '\u00a0']) {
      const topic = `${bench.topic}/${text}`
      await client.publish(topic, 'x')
      expect((await client.take('publish')).topic).toBe(topic)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-1.5.3-2', mqtt5: 'MQTT-1.5.4-2' },
  'U+0000 in payloads, will messages and passwords is no string and passes',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic)
    const publisher = await bench.connect({
      username: 'user',
      password: Buffer.of(0, 0xff),
      will: { topic: bench.topic, payload: Buffer.of(0, 0x80) },
    })
    await publisher.publish(bench.topic, Buffer.of(0, 0xc0))
    publisher.drop()
    const messages = [await subscriber.expect('publish'), await subscriber.expect('publish')]
    expect(messages.map(({ payload }) => payload)).toEqual([Buffer.of(0, 0xc0), Buffer.of(0, 0x80)])
  },
)

conformance(
  { mqtt311: 'MQTT-1.5.3-1', mqtt5: 'MQTT-1.5.4-1' },
  'well-formed characters of every length pass unchanged',
  async (bench) => {
    const topic = `${bench.topic}/aé€😀\u{10FFFD}\uFFFD`
    const client = await bench.connect()
    await client.subscribe(`${bench.topic}/+`)
    await client.publish(topic, 'x')
    const { raw } = await client.take('publish')
    expect(raw.subarray(4, 4 + Buffer.byteLength(topic))).toEqual(Buffer.from(topic))
  },
)

conformance(
  { mqtt311: 'MQTT-1.5.3-3', mqtt5: 'MQTT-1.5.4-3' },
  'EF BB BF at the front of a topic stays and counts',
  async (bench) => {
    const marked = `\uFEFF${bench.topic}/\uFEFFx\uFEFF`
    const plain = `${bench.topic}/x`
    const client = await bench.connect()
    await client.subscribeAll([marked, 0], [plain, 0])
    await client.publish(marked, 'marked')
    await client.publish(plain, 'plain')
    const [first, second] = [await client.expect('publish'), await client.expect('publish')]
    expect(first.raw.subarray(4, 4 + Buffer.byteLength(marked))).toEqual(Buffer.from(marked))
    expect([first.payload.toString(), second.payload.toString(), second.topic]).toEqual([
      'marked',
      'plain',
      plain,
    ])
  },
)

conformance(
  { mqtt311: ['MQTT-1.5.3-3', 'MQTT-3.1.3-2'], mqtt5: ['MQTT-1.5.4-3', 'MQTT-3.1.3-2'] },
  'client ids with and without EF BB BF are two clients',
  async (bench) => {
    const plain = await bench.connect({ clientId: bench.id() })
    const marked = await bench.connect({ clientId: `\uFEFF${bench.id()}` })
    await Promise.all([plain.ping(), marked.ping()])
  },
)

async function eachIllFormed(check: (what: string, text: Buffer) => Promise<unknown>): Promise<void> {
  await Promise.all(
    Object.entries(illFormed).map(([what, sequence]) =>
      check(what, Buffer.concat([Buffer.from('a/'), Buffer.from(sequence)])),
    ),
  )
}
