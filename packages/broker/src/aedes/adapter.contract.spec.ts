import { EventEmitter } from 'node:events'
import { Aedes, type Client } from 'aedes'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientDecisions, createAedesAdapter } from './adapter.js'
import { emptyPersistence } from './empty-persistence.js'
import { internalsOf } from './internals.js'

// One test for each assumption about aedes' internals. A new version must pass them all, or the adapter must change.

class FakeStream extends EventEmitter {
  destroyed = false
  readonly written: Packet[] = []
  readonly #parser = mqttPacket.parser().on('packet', (packet) => this.written.push(packet))

  read(): null {
    return null
  }

  write(chunk: Buffer): boolean {
    this.#parser.parse(chunk)
    return true
  }

  destroy(): this {
    this.destroyed = true
    return this
  }
}

const will = { topic: 'wills', payload: Buffer.from('x'), qos: 0, retain: false } as const
const noFailure = (error?: Error) => expect(error ?? null).toBeNull()

let broker: Aedes
let stream: FakeStream
let client: Client
let emitted: string[]

beforeEach(async () => {
  emitted = []
  const done = (_topic: string, _listener: unknown, callback?: () => void) => callback?.()
  broker = await Aedes.createBroker({
    id: 'contract',
    mq: {
      on: done,
      removeListener: done,
      emit: (packet: { topic: string }, callback: () => void) => {
        if (!packet.topic.startsWith('$SYS')) emitted.push(packet.topic)
        callback()
      },
      close: (callback: () => void) => callback(),
    },
    persistence: emptyPersistence,
  })
  stream = new FakeStream()
  client = broker.handle(stream as never)
})

afterEach(() => {
  client.close()
  return new Promise<void>((resolve) => broker.close(resolve))
})

describe('aedes', () => {
  it('is the version these tests were written for', () => {
    expect((broker as unknown as { version: string }).version).toBe('1.2.0')
  })

  it('writes to an object that is no Node stream, once `connected` is true and not before', () => {
    const silent = () => {}
    client.unsubscribe({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a'] }, silent)
    expect(stream.written).toEqual([])
    internalsOf(client).connected = true
    client.unsubscribe({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a'] }, silent)
    expect(stream.written).toMatchObject([{ cmd: 'unsuback', messageId: 2 }])
  })

  it('waits for a CONNECT with one timer and no other', () => {
    const { _connectTimer: timer } = internalsOf(client)
    expect(timer?.hasRef()).toBe(true)
    clearTimeout(timer ?? undefined)
    const others = Object.values(client).filter((value) => value instanceof (timer as object).constructor)
    expect(others).toEqual([timer])
  })

  it('asks authorizeSubscribe for each filter and answers SUBACK within the call', () => {
    internalsOf(client).connected = true
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
    client.subscribe({ cmd: 'subscribe', messageId: 7, subscriptions }, noFailure)
    expect(asked).toEqual(['a', 'denied', 'b'])
    expect(stream.written).toMatchObject([{ cmd: 'suback', messageId: 7, granted: [1, 128, 2] }])
  })

  it('calls back within the call, and writes nothing, when it finds a filter bad', () => {
    internalsOf(client).connected = true
    let failure: Error | undefined
    const subscriptions = [{ topic: 'a/#/b', qos: 1 as const }]
    client.subscribe({ cmd: 'subscribe', messageId: 7, subscriptions }, (error) => {
      failure = error
    })
    expect(failure?.message).toContain('# is only allowed')
    expect([stream.written, client.closed, stream.destroyed]).toEqual([[], false, false])
  })

  it('keeps nothing of a SUBSCRIBE but `subscriptions`, and works when that is emptied', () => {
    const internals = internalsOf(client)
    internals.connected = true
    const subscribe = () =>
      client.subscribe({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'a', qos: 1 }] }, noFailure)
    subscribe()
    expect(Object.keys(internals.subscriptions)).toEqual(['a'])
    internals.subscriptions = Object.create(null)
    subscribe()
    expect(stream.written).toHaveLength(2)
  })

  it('sends a will in close(), synchronously, through authorizePublish', () => {
    const asked: (Client | null)[] = []
    broker.authorizePublish = (from, _packet, callback) => {
      asked.push(from)
      callback(null)
    }
    internalsOf(client).will = will
    client.close()
    expect([asked, emitted]).toEqual([[client], ['wills']])
    expect(stream.destroyed).toBe(true)
  })

  it('sends no will that authorizePublish refuses', () => {
    broker.authorizePublish = (_from, _packet, callback) => callback(new Error('refused'))
    internalsOf(client).will = will
    client.close()
    expect(emitted).toEqual([])
  })

  it('makes no cache of numbers when told so', async () => {
    await createAedesAdapter(() => {}).then((adapter) => adapter.close())
    expect(mqttPacket.writeToStream.cacheNumbers).toBe(false)
  })
})

describe('the adapter of aedes', () => {
  const decisions = (
    grant: ClientDecisions['grant'],
    decideWill: ClientDecisions['decideWill'] = () => true,
  ): ClientDecisions => ({
    grant,
    decideWill,
  })

  it('answers each filter, repeated ones too, and asks once for each [MQTT-3.8.4-5]', async () => {
    const adapter = await createAedesAdapter(() => {})
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
    expect([...adapter.subscribe(asking, 0x1234, filters)]).toEqual([0x90, 7, 0x12, 0x34, 2, 128, 1, 128, 1])
    expect(asked).toEqual([
      ['a', 1],
      ['no', 0],
      ['constructor', 1],
    ])
    expect([...adapter.unsubscribe(0x1234, ['a', 'no'])]).toEqual([0xb0, 2, 0x12, 0x34])
    await adapter.close()
  })

  it('keeps two connections apart when one asks within the other', async () => {
    const adapter = await createAedesAdapter(() => {})
    const inner: number[] = []
    const outer = decisions((filter) => {
      if (filter === 'a')
        inner.push(
          ...adapter.subscribe(
            decisions(() => false),
            2,
            [{ filter: 'x', qos: 1 }],
          ),
        )
      return true
    })
    const answer = adapter.subscribe(outer, 1, [
      { filter: 'a', qos: 1 },
      { filter: 'b', qos: 2 },
    ])
    expect([...answer]).toEqual([0x90, 4, 0, 1, 1, 2])
    expect(inner).toEqual([0x90, 3, 0, 2, 128])
    await adapter.close()
  })

  it('throws the error of a filter that aedes refuses, and answers the next packet', async () => {
    const adapter = await createAedesAdapter(() => {})
    const asking = decisions(() => true)
    expect(() => adapter.subscribe(asking, 1, [{ filter: 'a/#/b', qos: 0 }])).toThrow('# is only allowed')
    expect([...adapter.subscribe(asking, 2, [{ filter: 'a', qos: 0 }])]).toEqual([0x90, 3, 0, 2, 0])
    await adapter.close()
  })

  it('sends an allowed will, at once or later, and no other', async () => {
    const sent: string[] = []
    const adapter = await createAedesAdapter(({ topic }) => sent.push(topic))
    adapter.sendWill(
      decisions(
        () => false,
        () => true,
      ),
      { ...will, topic: 'now' },
    )
    expect(sent).toEqual(['now'])
    adapter.sendWill(
      decisions(
        () => false,
        () => false,
      ),
      { ...will, topic: 'never' },
    )
    adapter.sendWill(
      decisions(
        () => false,
        () => Promise.reject(new Error('broken')),
      ),
      { ...will, topic: 'broken' },
    )
    const decision = Promise.resolve(true)
    adapter.sendWill(
      decisions(
        () => false,
        () => decision,
      ),
      { ...will, topic: 'later' },
    )
    await decision
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toEqual(['now', 'later'])
    await adapter.close()
  })
})
