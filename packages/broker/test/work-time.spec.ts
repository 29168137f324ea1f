import { afterEach, beforeEach, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs
/** The topics of messages, in the order in which the host was asked. */
let asked: string[]

/** The host checks a message on `costly/…` for 5 ms. */
beforeEach(async () => {
  asked = []
  broker = await startOurs({
    hooks: {
      authenticate: ({ clientId, username = '' }) => ({
        ...{ ok: true, principal: clientId, sessionId: clientId, owner: clientId, group: username },
      }),
      onPublish: (_client, { topic }) => {
        asked.push(topic)
        const until = performance.now() + 5
        while (topic.startsWith('costly') && performance.now() < until);
        return 'forward'
      },
    },
  })
})

afterEach(() => broker.stop())

it('of messages that are costly to check delays their sender, and no other client', async () => {
  const costly = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      RawClient.connect(broker, { username: 'acme', clientId: `costly-${i}` }),
    ),
  )
  const neighbour = await RawClient.connect(broker, { username: 'other', clientId: 'neighbour' })
  for (const [i, client] of costly.entries()) client.flood(`costly/${i}`, Array(100).fill('x'))
  while (asked.length < 20) await new Promise(setImmediate)
  const before = asked.length
  neighbour.publish('calm', 'x', 1, 1)
  await neighbour.next('puback')
  // All that the others had sent before would have been 800 messages, in the order in which they came.
  expect(asked.indexOf('calm') - before).toBeLessThan(60)
  await Promise.all(
    costly.map((client) => client.until(() => client.count('puback') === 100, 'its acknowledgements')),
  )
  expect(broker.disconnects).toEqual([])
  expect(broker.broker.stats().workMs.total).toBeGreaterThanOrEqual(800 * 5)
})

it('is shared by clients of one owner after another, and each gets all of its messages through', async () => {
  const [first, second] = await Promise.all(
    ['a', 'b'].map((clientId) => RawClient.connect(broker, { username: 'acme', clientId })),
  )
  first?.flood('costly/a', Array(60).fill('x'))
  while (asked.length < 20) await new Promise(setImmediate)
  second?.flood('costly/b', Array(20).fill('x'))
  await second?.until(() => second.count('puback') === 20, 'its acknowledgements')
  // The second has used less until it has caught up, so the first waits.
  const whenDone = asked.filter((topic) => topic === 'costly/a').length
  expect(whenDone).toBeLessThan(60)
  await first?.until(() => first.count('puback') === 60, 'its acknowledgements')
})
