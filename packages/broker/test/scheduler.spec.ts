import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

const levels = (i: number) => Array.from({ length: 20 }, (_, bit) => ((i >> (bit % 11)) & 1 ? '+' : 'a'))
const costly = (i: number) => `${Array.from({ length: 20 }, () => 'a').join('/')}/${i}`

/** Subscribes so that each message to a new topic takes thousands of steps to route. */
async function thicket(): Promise<RawClient> {
  const client = await RawClient.connect(broker)
  const subscriptions = Array.from({ length: 2_048 }, (_, i) => ({
    ...{ topic: `${levels(i).join('/')}/+/x${i}`, qos: 0 as const },
  }))
  for (let from = 0; from < subscriptions.length; from += 1_000)
    await client.subscribe(...subscriptions.slice(from, from + 1_000))
  return client
}

describe('a client whose messages are costly to route', () => {
  it('shares each turn with other clients, and none of its messages is lost or out of order', async () => {
    await thicket()
    const neighbour = await RawClient.connect(broker)
    const client = await RawClient.connect(broker)
    const total = 400
    const before = broker.broker.stats().messagesIn
    const seen = () => broker.broker.stats().messagesIn - before
    client.send(
      ...Array.from({ length: total }, (_, i) => ({
        ...{ cmd: 'publish' as const, topic: costly(i), payload: '', qos: 1 as const, messageId: i + 1 },
        ...{ retain: false, dup: false },
      })),
    )
    while (seen() === 0) await new Promise(setImmediate)
    neighbour.send({ cmd: 'pingreq' })
    await neighbour.next('pingresp')
    expect(seen()).toBeLessThan(total / 2)
    await client.until(() => client.count('puback') === total, 'all acknowledgements')
    const ids = client.received.map(({ messageId }) => messageId)
    expect(ids).toEqual(Array.from({ length: total }, (_, i) => i + 1))
  })

  it('may disconnect or subscribe while it waits', async () => {
    await thicket()
    const client = await RawClient.connect(broker)
    const publishes = Array.from({ length: 50 }, (_, i) => ({
      ...{ cmd: 'publish' as const, topic: costly(i), payload: 'x', qos: 1 as const, messageId: i + 1 },
      ...{ retain: false, dup: false },
    }))
    client.send(
      ...publishes.slice(0, 25),
      { cmd: 'subscribe', messageId: 100, subscriptions: [{ topic: costly(49), qos: 1 }] },
      ...publishes.slice(25),
    )
    await client.until(() => client.count('puback') === 50, 'all acknowledgements')
    const cmds = client.received.map(({ cmd }) => cmd)
    expect(cmds.indexOf('suback')).toBeGreaterThanOrEqual(25)
    expect(client.messages()).toEqual(['x'])
    client.send(...publishes)
    client.destroy()
    const other = await RawClient.connect(broker)
    other.send({ cmd: 'pingreq' })
    await other.next('pingresp')
  })
})
