import { partsOf, repeated } from '../engine/case.mjs'
import { acknowledge, connect, pingreq, publish, subscribe, unsubscribe } from '../wire/packets.mjs'
import * as fields from './fields.mjs'
import { anyPublish } from './packets.mjs'

/**
 * @typedef {import('../engine/case.mjs').Step} Step
 * @typedef {import('./talk.mjs').Attack} Attack
 */

/** Reconnects of one id, as fast as they go. @type {Attack} */
export function takeOverStorm(random) {
  const opening = connect({ clientId: `shared-${random.between(1, 3)}`, clean: random.chance(0.5) })
  return random
    .times(random.between(5, 30), () => {
      const packets = [opening, subscribe(1, ['a/#', 1]), publish('a/b', 'x', { qos: 1 })]
      /** @type {Step[]} */
      const steps = [{ send: partsOf(...packets.slice(0, random.between(1, 3))) }]
      if (random.chance(0.3)) steps.push({ wait: random.between(0, 4) })
      return [...steps, /** @type {Step} */ ({ reopen: 'drop' })]
    })
    .flat()
    .slice(0, -1)
}

/** Many filters, overlapping, granted and taken back. @type {Attack} */
export function subscribeStorm(random, clientId) {
  const size = random.pick([10, 200, 999, 1_000, 1_001])
  const filters = random.times(
    size,
    (n) => /** @type {const} */ ([`${random.pick(['s', '+', 'a'])}/${n}/#`, n % 3]),
  )
  const packets = random.times(random.between(1, 4), (n) => subscribe(n + 1, ...filters))
  const removal = unsubscribe(9, ...filters.map(([filter]) => filter))
  return [
    {
      send: partsOf(
        connect({ clientId, clean: random.chance(0.5) }),
        ...packets,
        publish('s/1/x', 'x', { qos: 2 }),
      ),
    },
    { wait: 'answers' },
    { send: partsOf(removal, pingreq) },
  ]
}

/** Very many retained messages, then subscriptions to all of them. @type {Attack} */
export function retainedStorm(random, clientId) {
  const count = random.pick([50, 400, 1_200])
  const messages = random.times(count, (n) =>
    publish(`r/${clientId}/${n}`, fields.payload(random).subarray(0, 200), {
      retain: true,
      qos: n % 3,
      id: n + 1,
    }),
  )
  const wishes = random.times(random.between(1, 10), (n) =>
    subscribe(n + 1, ['r/#', random.between(0, 2)], ['#', 2]),
  )
  return [{ send: partsOf(connect({ clientId }), ...messages, ...wishes, unsubscribe(1, '#', 'r/#')) }]
}

/** One write with a flood to a wanted topic and then to one without subscribers: aedes' stack overflow. @type {Attack} */
export function publishFlood(random, clientId) {
  const qos = random.weighted([
    [3, 0],
    [1, 1],
    [1, 2],
  ])
  const [first, second] = random.chance(0.5) ? ['a', 'nobody'] : ['nobody', 'a']
  return [
    { send: partsOf(connect({ clientId }), subscribe(1, ['a', qos])) },
    { wait: 'answers' },
    {
      send: [
        repeated(publish(first, 'x', { qos, id: 1 }), random.between(1, 200)),
        repeated(publish(second, 'x', { qos, id: 2 }), random.between(1_000, 6_000)),
      ],
    },
  ]
}

/** Subscribes, stops reading, and floods itself. @type {Attack} */
export function frozenSubscriber(random, clientId) {
  const message = publish('f/a', Buffer.alloc(random.pick([100, 10_000, 60_000])), {
    qos: fields.qos(random),
  })
  return [
    { send: partsOf(connect({ clientId, clean: random.chance(0.5) }), subscribe(1, ['f/#', 2], ['#', 1])) },
    { wait: 'answers' },
    { read: false },
    { send: [repeated(message, Math.ceil(random.between(100_000, 3_000_000) / message.length))] },
    { wait: random.pick([0, 50, 300]) },
    ...(random.chance(0.5) ? [/** @type {Step} */ ({ read: true })] : []),
  ]
}

/** A writer so slow that a packet takes a while. @type {Attack} */
export function slowWriter(random, clientId) {
  const bytes = Buffer.concat([connect({ clientId }), anyPublish(random, 0).subarray(0, 60)])
  return [{ send: partsOf(bytes), chunkBytes: random.between(1, 3), pauseMs: random.between(1, 15) }]
}

/** More unacknowledged messages than fit in flight or in the queue. @type {Attack} */
export function neverAcknowledges(random, clientId) {
  const count = random.between(50, 1_500)
  const messages = random.times(count, (n) => publish('q', `${n}`, { qos: random.between(1, 2), id: n + 1 }))
  const nonsense = random.times(20, () => acknowledge('puback', random.between(1, 65_535)))
  /** @type {Step[]} */
  const again = [{ reopen: 'drop' }, { send: partsOf(connect({ clientId, clean: false }), ...nonsense) }]
  return [
    { send: partsOf(connect({ clientId, clean: false }), subscribe(1, ['q', 2]), ...messages) },
    ...(random.chance(0.5) ? again : []),
  ]
}
