import { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAedesAdapter } from './adapter.js'
import type { ClientDecisions } from './asking-client.js'
import { emptyPersistence } from './empty-persistence.js'
import { allowAllTopicLevels } from './internals.js'

// One test for each assumption about aedes. A new version must pass them all, or the adapter must change.

const noFailure = (error?: Error | null) => expect(error ?? null).toBeNull()

let broker: Aedes
let client: Client
let written: Buffer[]
let emitted: { topic: string; payload: Buffer }[]

beforeEach(async () => {
  emitted = []
  written = []
  const done = (_topic: string, _listener: unknown, callback?: () => void) => callback?.()
  broker = await Aedes.createBroker({
    id: 'contract',
    mq: {
      on: done,
      removeListener: done,
      emit: (packet: { topic: string; payload: Buffer }, callback: () => void) => {
        if (!packet.topic.startsWith('$SYS')) emitted.push(packet)
        callback()
      },
      close: (callback?: () => void) => callback?.(),
    },
    persistence: emptyPersistence,
  })
  const stream = new Duplex({
    read() {},
    write: (chunk, _encoding, callback) => {
      written.push(chunk)
      callback()
    },
  })
  client = broker.handle(stream)
})

afterEach(() => {
  client.close()
  return new Promise<void>((resolve) => broker.close(resolve))
})

describe('aedes', () => {
  it('is the version these tests were written for', () => {
    expect((broker as unknown as { version: string }).version).toBe('1.2.0')
  })

  it('asks authorizeSubscribe for each filter of a client without CONNECT, and writes the granted QoS within the call', () => {
    const asked: string[] = []
    broker.authorizeSubscribe = (_client, subscription, callback) => {
      asked.push(subscription.topic)
      callback(null, subscription.topic === 'denied' ? null : subscription)
    }
    const subscriptions = [
      { topic: 'a', qos: 1 as const },
      { topic: 'denied', qos: 0 as const },
      { topic: 'b', qos: 2 as const },
    ]
    client.subscribe({ subscriptions }, noFailure)
    expect(asked).toEqual(['a', 'denied', 'b'])
    expect(subscriptions.map(({ qos }) => qos)).toEqual([1, 128, 2])
    expect(written).toEqual([])
  })

  it('calls back within the call when it finds a filter bad, and keeps its client', () => {
    let failure: Error | null | undefined
    client.subscribe({ subscriptions: [{ topic: 'a/#/b', qos: 1 }] }, (error) => {
      failure = error
    })
    expect(failure?.message).toContain('# is only allowed')
    expect(client.closed).toBe(false)
  })

  it('unsubscribes within the call, also from what it does not know', () => {
    let calls = 0
    client.subscribe({ subscriptions: [{ topic: 'a', qos: 1 }] }, noFailure)
    client.unsubscribe({ cmd: 'unsubscribe', unsubscriptions: ['a', 'unknown'] }, (error) => {
      noFailure(error)
      calls++
    })
    expect(calls).toBe(1)
  })

  it('takes more levels than it does by default, and gives its emitter what it publishes with the same payload', () => {
    const packet = { cmd: 'publish', payload: Buffer.alloc(0), qos: 0, retain: false, dup: false } as const
    const topic = 'a/'.repeat(200)
    broker.publish({ ...packet, topic }, () => {})
    expect(emitted).toEqual([])
    allowAllTopicLevels(broker)
    broker.publish({ ...packet, topic }, () => {})
    client.subscribe({ subscriptions: [{ topic, qos: 1 }] }, noFailure)
    expect(emitted).toHaveLength(1)
    expect(emitted[0]?.payload).toBe(packet.payload)
  })

  it('makes no cache of numbers when told so', async () => {
    await createAedesAdapter().then((adapter) => adapter.close())
    expect(mqttPacket.writeToStream.cacheNumbers).toBe(false)
  })
})

describe('the adapter of aedes', () => {
  const decisions = (
    grant: ClientDecisions['grant'],
    decideWill: ClientDecisions['decideWill'] = () => true,
  ): ClientDecisions => ({ grant, decideWill })

  it('answers each filter, repeated ones too, and asks once for each [MQTT-3.8.4-5]', async () => {
    const adapter = await createAedesAdapter()
    const asked: [string, number][] = []
    const asking = decisions((filter, qos) => {
      asked.push([filter, qos])
      return filter !== 'no'
    })
    const filters = [
      { filter: 'a', qos: 2 },
      { filter: 'no', qos: 1 },
      { filter: 'a', qos: 1 },
      { filter: 'no', qos: 0 },
      { filter: 'constructor', qos: 1 },
    ]
    const once = [
      ['a', 1],
      ['no', 0],
      ['constructor', 1],
    ]
    expect(adapter.subscribe(asking, filters)).toEqual([true, false, true, false, true])
    expect(asked).toEqual(once)
    adapter.subscribe(asking, filters)
    expect(asked).toEqual([...once, ...once])
    adapter.unsubscribe(['a', 'no'])
    await adapter.close()
  })

  it('keeps two connections apart when one asks within the other', async () => {
    const adapter = await createAedesAdapter()
    const inner: boolean[] = []
    const denying = decisions(() => false)
    const outer = decisions((filter) => {
      if (filter === 'a') inner.push(...adapter.subscribe(denying, [{ filter: 'x', qos: 1 }]))
      return true
    })
    const both = [
      { filter: 'a', qos: 1 },
      { filter: 'b', qos: 2 },
    ]
    expect(adapter.subscribe(outer, both)).toEqual([true, true])
    expect(inner).toEqual([false])
    await adapter.close()
  })

  it('throws the error of a filter that aedes refuses, and answers the next packet', async () => {
    const adapter = await createAedesAdapter()
    const asking = decisions(() => true)
    expect(() => adapter.subscribe(asking, [{ filter: 'a/#/b', qos: 0 }])).toThrow('# is only allowed')
    expect(() => adapter.unsubscribe(['a/#/b'])).toThrow('# is only allowed')
    expect(adapter.subscribe(asking, [{ filter: 'a', qos: 0 }])).toEqual([true])
    await adapter.close()
  })

  it('publishes an allowed will once, at once or later, and no other', async () => {
    const sent: string[] = []
    const adapter = await createAedesAdapter()
    // All have the same bytes, and two even the same buffer.
    const payload = Buffer.alloc(0)
    const send = (name: string, decideWill: ClientDecisions['decideWill'], qos: 0 | 1 = 0) =>
      adapter.sendWill(
        decisions(() => false, decideWill),
        { topic: 'wills', payload, qos, retain: false },
        () => sent.push(name),
      )
    send('now', () => true)
    expect(sent).toEqual(['now'])
    send('never', () => false)
    send('broken', () => Promise.reject(new Error('broken')))
    const decision = Promise.resolve(true)
    send('later', () => decision, 1)
    send('later too', () => decision)
    await decision
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent.sort()).toEqual(['later', 'later too', 'now'])
    await adapter.close()
  })
})
