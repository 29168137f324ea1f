import { afterEach, describe, expect, it } from 'vitest'
import { type Running, startOurs, startPlain } from './support/brokers.js'
import { RawClient, within } from './support/raw-client.js'
import { answersPing, publishAs } from './support/scenarios.js'

// Defects of aedes in the delivery of messages.

let broker: Running

afterEach(() => broker.stop())

describe('a SUBSCRIBE with thousands of filters in a stored session (AEDES 4)', () => {
  async function others(): Promise<boolean> {
    const neighbour = await RawClient.connect(broker)
    const client = await RawClient.connect(broker, { clientId: 'greedy', clean: false })
    const subscriptions = Array.from({ length: 10_000 }, (_, i) => ({ topic: `t/${i}`, qos: 1 as const }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    // The broker reads this behind the SUBSCRIBE, so it has begun with that when it answers this.
    client.send({ cmd: 'pingreq' })
    await within(client.next('pingresp'), 2_000)
    return answersPing(neighbour)
  }

  it('blocks plain aedes', async () => {
    broker = await startPlain()
    expect(await others()).toBe(false)
  })

  it('does not delay other clients', async () => {
    broker = await startOurs({ limits: { maxFiltersPerPacket: 10_000 } })
    expect(await others()).toBe(true)
  })

  it('ends the connection above the limit', async () => {
    broker = await startOurs({ limits: { maxFiltersPerPacket: 100 } })
    const client = await RawClient.connect(broker)
    const subscriptions = Array.from({ length: 101 }, (_, i) => ({ topic: `t/${i}`, qos: 1 as const }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await client.closed
  })
})

describe('overlapping filters and two QoS 1 messages in one turn (AEDES 6)', () => {
  async function survives(): Promise<boolean> {
    const client = await RawClient.connect(broker, { clientId: 'overlap', clean: false })
    await client.subscribe({ topic: 'o/#', qos: 1 }, { topic: 'o/+', qos: 1 }, { topic: 'o/1', qos: 1 })
    const publisher = await RawClient.connect(broker)
    publisher.send(
      { cmd: 'publish', topic: 'o/1', payload: '1', qos: 1, messageId: 1, dup: false, retain: false },
      { cmd: 'publish', topic: 'o/1', payload: '2', qos: 1, messageId: 2, dup: false, retain: false },
    )
    await within(
      client.until(() => client.messages().length >= 2, 'both'),
      2_000,
    )
    for (const packet of [...client.received]) {
      if (packet.cmd === 'publish') client.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    }
    return !client.isClosed && client.messages().length === 2 && (await answersPing(client))
  }

  it('drop the client or a message on plain aedes', async () => {
    broker = await startPlain()
    expect(await survives()).toBe(false)
  })

  it('are delivered, each once', async () => {
    broker = await startOurs()
    expect(await survives()).toBe(true)
  })
})

describe('a retained QoS 2 message for a stored session (AEDES 7)', () => {
  async function completes(): Promise<boolean> {
    const publisher = await RawClient.connect(broker)
    publisher.publish('kept', 'x', 2, 1, true)
    await publisher.next('pubrec')
    publisher.send({ cmd: 'pubrel', messageId: 1 })
    await publisher.next('pubcomp')
    const client = await RawClient.connect(broker, { clientId: 'two', clean: false })
    await client.subscribe({ topic: 'kept', qos: 2 })
    const { messageId = 0 } = await client.next('publish')
    client.send({ cmd: 'pubrec', messageId })
    if (!(await within(client.next('pubrel'), 2_000))) return false
    client.send({ cmd: 'pubcomp', messageId })
    return answersPing(client)
  }

  it('ends the client on plain aedes', async () => {
    broker = await startPlain()
    expect(await completes()).toBe(false)
  })

  it('completes its handshake', async () => {
    broker = await startOurs()
    expect(await completes()).toBe(true)
  })
})

describe('a message that cannot be stored (AEDES 8)', () => {
  async function acknowledged(): Promise<boolean> {
    const stored = await RawClient.connect(broker, { clientId: 'sub', clean: false })
    await stored.subscribe({ topic: 'x', qos: 1 })
    const publisher = await RawClient.connect(broker)
    publisher.publish('x', '1', 1)
    return within(publisher.next('puback'), 2_000)
  }

  it('is acknowledged by plain aedes', async () => {
    broker = await startPlain('failing-store')
    expect(await acknowledged()).toBe(true)
  })

  it('is never acknowledged', async () => {
    broker = await startOurs({ hooks: { onPublish: () => Promise.reject(new Error('disk full')) } })
    expect(await acknowledged()).toBe(false)
  })
})

describe('a wildcard filter granted QoS 1 (AEDES 13)', () => {
  async function deliveredQos(): Promise<number> {
    const client = await RawClient.connect(broker)
    await client.subscribe({ topic: 'q/+', qos: 1 })
    const publisher = await RawClient.connect(broker)
    publisher.publish('q/1', 'x', 2)
    await publisher.next('pubrec')
    publisher.send({ cmd: 'pubrel', messageId: 1 })
    return (await client.next('publish')).qos
  }

  it('gets QoS 2 from plain aedes', async () => {
    broker = await startPlain()
    expect(await deliveredQos()).toBe(2)
  })

  it('gets QoS 1', async () => {
    broker = await startOurs()
    expect(await deliveredQos()).toBe(1)
  })
})

describe('a subscriber that acknowledges nothing (AEDES 14)', () => {
  async function unacknowledged(): Promise<number> {
    const client = await RawClient.connect(broker)
    await client.subscribe({ topic: 'w', qos: 1 }, { topic: 'end', qos: 0 })
    const publisher = await RawClient.connect(broker)
    for (let i = 1; i <= 1_000; i++) publisher.publish('w', 'x', 1, i)
    await publisher.until(() => publisher.received.length === 1_000, 'all PUBACKs')
    const all = client.until(() => client.messages('w').length === 1_000, 'all messages', 2_000)
    await within(all, 2_000)
    return client.messages('w').length
  }

  it('is sent everything by plain aedes', async () => {
    broker = await startPlain()
    expect(await unacknowledged()).toBe(1_000)
  })

  it('is sent a window', async () => {
    broker = await startOurs({ limits: { maxInflight: 50 } })
    expect(await unacknowledged()).toBe(50)
  })
})

describe('a shared subscription (AEDES 15)', () => {
  async function grantedAndDelivered(): Promise<{ granted: boolean; delivered: boolean }> {
    const client = await RawClient.connect(broker)
    const granted = (await client.subscribe({ topic: '$share/g/t', qos: 1 }))[0] !== 128
    await publishAs(broker, 'someone', 't', 'x')
    await answersPing(client)
    return { granted, delivered: client.messages('t').length > 0 }
  }

  it('is granted and never delivered by plain aedes', async () => {
    broker = await startPlain()
    expect(await grantedAndDelivered()).toEqual({ granted: true, delivered: false })
  })

  it('is not granted without being delivered', async () => {
    broker = await startOurs()
    const { granted, delivered } = await grantedAndDelivered()
    expect(granted).toBe(delivered)
  })
})
