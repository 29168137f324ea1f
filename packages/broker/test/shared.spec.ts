import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { settle } from './support/publishing.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs({ limits: { maxInflight: 10 } })
})

afterEach(() => broker.stop())

async function member(clientId: string, options: { clean?: boolean; qos?: 0 | 1 | 2 } = {}) {
  const client = await RawClient.connect(broker, { clientId, clean: options.clean ?? true })
  expect(await client.subscribe({ topic: '$share/g/work/+', qos: options.qos ?? 1 })).toEqual([
    options.qos ?? 1,
  ])
  return client
}

async function publish(from: number, to: number, qos: 0 | 1 | 2 = 1): Promise<void> {
  for (let i = from; i < to; i++) await broker.broker.publish({ topic: 'work/a', payload: String(i), qos })
}

const left = () => new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))

const numbers = (...clients: RawClient[]) =>
  clients.flatMap((client) => client.messages().map(Number)).sort((a, b) => a - b)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('$share/{name}/{filter}', () => {
  it('gives each message to one member, in turn', async () => {
    const members = [await member('a'), await member('b'), await member('c')]
    for (const client of members) client.acknowledgeAll()
    await publish(0, 30)
    await settle(...members)
    expect(members.map((client) => client.messages().length)).toEqual([10, 10, 10])
    expect(numbers(...members)).toEqual(upTo(30))
  })

  it('passes over a member without room', async () => {
    const stuck = await member('stuck')
    const busy = await member('busy')
    busy.acknowledgeAll()
    for (let i = 0; i < 100; i += 10) {
      await publish(i, i + 10)
      await settle(busy)
    }
    expect(stuck.messages()).toHaveLength(10)
    expect(busy.messages()).toHaveLength(90)
  })

  it('gives the unacknowledged and queued messages of a member that left to the others', async () => {
    const leaver = await member('leaver')
    await publish(0, 15)
    await settle(leaver)
    expect(leaver.messages()).toHaveLength(10)
    const stays = await member('stays')
    stays.acknowledgeAll()
    const gone = left()
    leaver.destroy()
    await gone
    await stays.until(() => stays.messages().length === 15, 'all fifteen')
    expect(numbers(stays)).toEqual(upTo(15))
  })

  it('sends a QoS 2 message that was sent to no other member', async () => {
    const leaver = await member('leaver', { qos: 2, clean: false })
    await publish(0, 1, 2)
    await leaver.next('publish')
    const stays = await member('stays', { qos: 2 })
    const gone = left()
    leaver.destroy()
    await gone
    await settle(stays)
    expect(stays.messages()).toEqual([])
    const back = await RawClient.connect(broker, { clientId: 'leaver', clean: false })
    expect(await back.next('publish')).toMatchObject({ dup: true, qos: 2 })
  })

  it('keeps messages for a stored member while no member is connected', async () => {
    const first = await member('first', { clean: false })
    const gone = left()
    first.send({ cmd: 'disconnect' })
    await gone
    await publish(0, 5)
    const back = await RawClient.connect(broker, { clientId: 'first', clean: false })
    await back.until(() => back.messages().length === 5, 'all five')
    expect(numbers(back)).toEqual(upTo(5))
  })

  it('differs from the filter by itself, and from another name', async () => {
    const client = await member('a')
    await client.subscribe({ topic: 'work/+', qos: 0 }, { topic: '$share/h/work/+', qos: 0 })
    await publish(0, 1)
    await settle(client)
    expect(client.messages()).toHaveLength(3)
    expect(broker.broker.stats().subscriptions).toBe(3)
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['$share/g/work/+', '$share/h/work/+'] })
    await client.next('unsuback')
    expect(broker.broker.stats().subscriptions).toBe(1)
  })

  it('gives no retained messages', async () => {
    await broker.broker.publish({ topic: 'work/r', payload: 'kept', retain: true })
    const client = await member('a')
    await settle(client)
    expect(client.messages()).toEqual([])
  })

  it('asks for access to the filter, and refuses an invalid one', async () => {
    const client = await RawClient.connect(broker)
    const granted = await client.subscribe(
      ...[
        { topic: '$share/g/secret/x', qos: 1 } as const,
        { topic: '$share/g', qos: 1 } as const,
        { topic: '$share//x', qos: 1 } as const,
        { topic: '$share/+/x', qos: 1 } as const,
        { topic: '$share/g/$SYS/x', qos: 1 } as const,
        { topic: '$share/g/x', qos: 1 } as const,
      ],
    )
    expect(granted).toEqual([128, 128, 128, 128, 128, 1])
  })
})
