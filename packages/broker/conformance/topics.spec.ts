import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: ['MQTT-4.7.1-2', 'MQTT-4.7.1-1'], mqtt5: ['MQTT-4.7.1-1', 'MQTT-4.7.0-1'] },
  '# matches its parent and everything below',
  async (bench) => {
    const topics = ['', '/a', '/a/b', '/a/b/c', '/b', 'x']
    expect(await matching(bench, `${bench.topic}/#`, topics)).toEqual(['', '/a', '/a/b', '/a/b/c', '/b'])
    expect(await matching(bench, `${bench.topic}/a/#`, topics)).toEqual(['/a', '/a/b', '/a/b/c'])
  },
)

conformance(
  { mqtt311: ['MQTT-4.7.1-3', 'MQTT-4.7.1-1'], mqtt5: ['MQTT-4.7.1-2', 'MQTT-4.7.0-1'] },
  '+ matches one whole level, which may be empty',
  async (bench) => {
    const topics = ['', '/', '/a', '/a/', '/a/b', '/a/b/c', '//b']
    expect(await matching(bench, `${bench.topic}/+`, topics)).toEqual(['/', '/a'])
    expect(await matching(bench, `${bench.topic}/+/+`, topics)).toEqual(['/a/', '/a/b', '//b'])
    expect(await matching(bench, `${bench.topic}/+/b`, topics)).toEqual(['/a/b', '//b'])
    expect(await matching(bench, `${bench.topic}/+/b/#`, topics)).toEqual(['/a/b', '/a/b/c', '//b'])
    expect(await matching(bench, `+/${bench.topic.split('/')[1]}/a`, topics)).toEqual(['/a'])
  },
)

conformance(
  { mqtt311: ['MQTT-4.7.1-2', 'MQTT-4.8.0-1'] },
  '# anywhere but alone at the end is not accepted',
  async (bench) => {
    for (const filter of ['a#', 'a/b#', '#/a', 'a/#/b', '##', '#+', 'a/##', '/#a'])
      await isRefused(bench, filter)
  },
)

conformance(
  { mqtt311: ['MQTT-4.7.1-3', 'MQTT-4.8.0-1'] },
  '+ beside other characters is not accepted',
  async (bench) => {
    for (const filter of ['a+', '+a', 'a/b+', 'a+/b', '++', '+#', 'a/+b/c']) await isRefused(bench, filter)
  },
)

conformance(
  { mqtt311: 'MQTT-4.7.2-1', mqtt5: 'MQTT-4.7.2-1' },
  'a leading wildcard does not match topics that begin with $',
  async (bench) => {
    const client = await bench.connect()
    const name = bench.topic.replaceAll('/', '-')
    await client.subscribeAll(['#', 1], ['+/+', 1], [`+/${name}`, 1])
    await client.publish(`$test/${name}`, 'hidden', { qos: 1 })
    await client.publish(`test/${name}`, `end ${name}`, { qos: 1 })
    const seen = await client.receiveUntil(`end ${name}`)
    expect(seen.filter(({ topic }) => topic.includes(name))).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.7.2-1', mqtt5: 'MQTT-4.7.2-1' },
  'a leading wildcard does not match retained messages of topics that begin with $',
  async (bench) => {
    const name = bench.topic.replaceAll('/', '-')
    const client = await bench.connect()
    await client.publish(`$test/${name}`, 'hidden', { qos: 1, retain: true })
    await client.subscribe(`+/${name}`, 1)
    await client.publish(`test/${name}`, 'end', { qos: 1 })
    expect(await client.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.7.2-1', mqtt5: 'MQTT-4.7.2-1' },
  'a filter that spells out the $ level matches',
  async (bench) => {
    const client = await bench.connect()
    const name = bench.topic.replaceAll('/', '-')
    await client.subscribe(`$test/+/${name}`, 1)
    await client.publish(`$test/x/${name}`, 'seen', { qos: 1 })
    expect(await client.receive()).toMatchObject({ topic: `$test/x/${name}`, payload: 'seen' })
  },
)

conformance(
  { mqtt311: ['MQTT-4.7.3-1', 'MQTT-4.8.0-1'] },
  'an empty topic name ends the connection',
  async (bench) => {
    await bench.violates('QoS 0', bench.bytes.publish('', 'x'), bytes.pingreq)
    await bench.violates('QoS 1', bench.bytes.publish('', 'x', { qos: 1 }), bytes.pingreq)
  },
)

conformance(
  { mqtt311: ['MQTT-4.7.3-1', 'MQTT-4.8.0-1'] },
  'an empty topic filter is not accepted',
  async (bench) => {
    await isRefused(bench, '')
    await bench.violates('UNSUBSCRIBE', bench.bytes.unsubscribe(1, ''), bytes.pingreq)
  },
)

conformance(
  { mqtt311: 'MQTT-4.7.3-4', mqtt5: 'MQTT-4.7.3-4' },
  'names that look or sound alike stay different topics',
  async (bench) => {
    const alike = [
      '/é',
      '/e\u0301',
      '/É',
      '/e',
      '//e',
      '/e/',
      '/ e',
      '/E',
      '/%65',
      '/./e',
      '/ﬀ',
      '/ff',
      '/\u200be',
      '/\\e',
    ]
    for (const name of alike) expect(await matching(bench, `${bench.topic}${name}`, alike)).toEqual([name])
  },
)

/** Those of the endings that reach a subscriber to the filter, in the order in which they were published. */
async function matching(bench: Bench, filter: string, endings: string[]): Promise<string[]> {
  const client = await bench.connect()
  const mark = `mark/${bench.topic}`
  await client.subscribeAll([filter, 1], [mark, 1])
  for (const ending of endings) await client.publish(`${bench.topic}${ending}`, `:${ending}`, { qos: 1 })
  await client.publish(mark, 'end', { qos: 1 })
  const seen = await client.receiveUntil('end')
  await client.disconnect()
  return seen.map(({ payload }) => payload.slice(1))
}

/** An illegal filter is a violation: the connection ends, and before that nothing was granted. */
async function isRefused(bench: Bench, filter: string): Promise<void> {
  await bench.violates(filter, bench.bytes.subscribe(1, [filter, 0]), bytes.pingreq)
  await bench.violates(
    `${filter} second`,
    bench.bytes.subscribe(1, [bench.topic, 0], [filter, 0]),
    bytes.pingreq,
  )
}
