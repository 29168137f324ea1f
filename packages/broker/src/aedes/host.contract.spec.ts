import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insideOf, insideOfClient } from './inside.js'

// One test for each thing relied on inside aedes. A new version must pass them all, or the host must change.

class FakeStream extends EventEmitter {
  destroyed = false
  reads = 0
  readonly written: Packet[] = []
  readonly #parser = mqttPacket.parser().on('packet', (packet) => this.written.push(packet))
  #incoming: Buffer | null = null

  feed(packet: Packet): void {
    this.#incoming = mqttPacket.generate(packet)
    this.emit('readable')
  }

  read(): Buffer | null {
    const incoming = this.#incoming
    this.#incoming = null
    if (!incoming) this.reads++
    return incoming
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

const connect: Packet = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'wire-id',
  clean: true,
  keepalive: 1,
}
const will = { topic: 'wills', payload: Buffer.from('x'), qos: 0, retain: false } as const

let broker: Aedes
let stream: FakeStream
let emitted: string[]
let storedIds: unknown[]

beforeEach(async () => {
  emitted = []
  storedIds = []
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
    persistence: fakePersistence(),
    preConnect: (_client, packet, callback) => {
      packet.keepalive = 0
      callback(null, true)
    },
    authenticate: (client, _username, _password, callback) => {
      insideOfClient(client).id = 'our-id'
      callback(null, true)
    },
  })
  stream = new FakeStream()
})

afterEach(() => new Promise<void>((resolve) => broker.close(resolve)))

function fakePersistence() {
  const nothing = async () => {}
  return {
    setup: async () => {},
    ...{
      storeRetained: nothing,
      addSubscriptions: nothing,
      removeSubscriptions: nothing,
      cleanSubscriptions: nothing,
    },
    ...{ cleanIncoming: nothing, putWill: nothing, delWill: nothing, outgoingEnqueueCombi: nothing },
    subscriptionsByTopic: async () => [],
    subscriptionsByClient: async (client: unknown) => {
      storedIds.push(client)
      return [{ topic: 'stored', qos: 1 }]
    },
    outgoingStream: () => Readable.from([]),
    createRetainedStreamCombi: () => Readable.from([]),
    streamWill: () => Readable.from([]),
  }
}

function open(): Client {
  return broker.handle(stream as never)
}

async function connected(packet: Packet = connect): Promise<Client> {
  const client = open()
  const ready = new Promise((resolve) => broker.once('clientReady', resolve))
  stream.feed(packet)
  await ready
  return client
}

describe('aedes', () => {
  it('is the version these tests were written for', () => {
    expect((broker as unknown as { version: string }).version).toBe('1.2.0')
  })

  it('runs on an object that is no Node stream, and reads it again when done with a packet', async () => {
    await connected()
    expect(stream.written).toMatchObject([{ cmd: 'connack', returnCode: 0 }])
    const before = stream.reads
    stream.feed({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a'] })
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(stream.written[1]).toMatchObject({ cmd: 'unsuback' })
    expect(stream.reads).toBeGreaterThan(before)
  })

  it('takes the id that authenticate sets for its registry', async () => {
    const client = await connected()
    expect(insideOf(broker).clients['our-id']).toBe(client)
    expect(insideOf(broker).clients['wire-id']).toBeUndefined()
  })

  it('keeps no clock of its own when preConnect sets keepalive to 0', async () => {
    const client = await connected()
    expect((client as unknown as { _keepaliveTimer: unknown })._keepaliveTimer).toBeNull()
  })

  it('asks for stored subscriptions by id alone, and authorizes each', async () => {
    const asked: string[] = []
    broker.authorizeSubscribe = (_client, subscription, callback) => {
      asked.push(subscription.topic)
      callback(null, null)
    }
    await connected({ ...connect, clean: false })
    expect(storedIds).toEqual([{ id: 'our-id' }])
    expect(asked).toEqual(['stored'])
  })

  it('calls authorizeSubscribe, answers SUBACK and emits subscribe in one turn on a clean session', async () => {
    await connected()
    const order: string[] = []
    broker.authorizeSubscribe = (_client, subscription, callback) => {
      order.push(subscription.topic)
      callback(null, subscription.topic === 'denied' ? null : subscription)
    }
    broker.on('subscribe', (subscriptions) => order.push(subscriptions.map(({ qos }) => qos).join()))
    const subscriptions = [
      { topic: 'a', qos: 1 as const },
      { topic: 'denied', qos: 0 as const },
    ]
    stream.feed({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect(order).toEqual(['a', 'denied', '1,128'])
    expect(stream.written[1]).toMatchObject({ cmd: 'suback', granted: [1, 128] })
  })

  it('emits unsubscribe in the turn in which it answers UNSUBACK', async () => {
    await connected()
    const removed: string[][] = []
    broker.on('unsubscribe', (filters) => removed.push(filters))
    stream.feed({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a', 'b'] })
    expect(removed).toEqual([['a', 'b']])
  })

  it('sends the will in close(), synchronously, through authorizePublish and the emitter', async () => {
    const client = await connected({ ...connect, will })
    client.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(emitted).toEqual(['wills'])
  })

  it('sends no will when client.will is null, nor after DISCONNECT', async () => {
    const first = await connected({ ...connect, will })
    insideOfClient(first).will = null
    first.close()
    stream = new FakeStream()
    const second = await connected({ ...connect, will })
    stream.feed({ cmd: 'disconnect' })
    expect(stream.destroyed).toBe(true)
    second.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(emitted).toEqual([])
  })

  it('registers and unregisters clients through the two methods that are guarded', async () => {
    const inside = insideOf(broker)
    const calls: string[] = []
    const register = inside.registerClient.bind(inside)
    const unregister = inside.unregisterClient.bind(inside)
    inside.registerClient = (client) => {
      calls.push(`+${client.id} closed ${client.closed}`)
      register(client)
    }
    inside.unregisterClient = (client) => {
      calls.push(`-${client.id} closed ${client.closed}`)
      unregister(client)
    }
    const client = await connected()
    client.close()
    expect(calls).toEqual(['+our-id closed false', '-our-id closed true'])
  })
})
