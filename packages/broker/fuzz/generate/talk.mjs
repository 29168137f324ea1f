import { partsOf, repeated } from '../engine/case.mjs'
import { acknowledge, connect, disconnect, pingreq, publish, subscribe } from '../wire/packets.mjs'
import * as fields from './fields.mjs'
import { mutateSequence } from './mutate.mjs'
import { anyConnect, anyPacket } from './packets.mjs'

/**
 * @typedef {import('./random.mjs').Random} Random
 * @typedef {import('../engine/case.mjs').Step} Step
 * @typedef {(random: Random, clientId: string) => Step[]} Attack what one actor does
 */

/** How bytes are cut: whole, in any pieces, byte by byte, or slowly. @param {Random} random */
export function cut(random) {
  return random.weighted([
    [8, {}],
    [3, { chunkBytes: random.between(2, 40) }],
    [1, { chunkBytes: 1 }],
  ])
}

/** Legal packets only: nothing may be refused, and everything is answered. @type {Attack} */
export function legalTalk(random, clientId) {
  const packets = random.times(random.between(1, 25), () => anyPacket(random, 0))
  return [
    {
      send: partsOf(anyConnect(random, fields.clientId(random, clientId)), ...packets),
      ...smallCut(random, packets),
    },
    { wait: 'answers' },
  ]
}

/** A conversation with mistakes of every kind. @type {Attack} */
export function maliciousTalk(random, clientId) {
  const malice = random.pick([0.05, 0.2, 0.5])
  const opening = anyConnect(random, fields.clientId(random, clientId), { malice: malice / 2 })
  const packets = random.times(random.between(0, 12), () => anyPacket(random, malice))
  const all = mutateSequence(random, [opening, ...packets], malice / 2)
  return [{ send: partsOf(...all), ...smallCut(random, all) }]
}

/** Bytes that mean nothing, at once or after a good CONNECT. @type {Attack} */
export function garbage(random, clientId) {
  const noise = random.bytes(random.between(1, 300))
  return [{ send: partsOf(...(random.chance(0.5) ? [connect({ clientId })] : []), noise), ...cut(random) }]
}

/** A CONNECT that is cut short, mutated, or never comes. @type {Attack} */
export function brokenConnect(random, clientId) {
  const opening = anyConnect(random, clientId, { malice: 0.5, will: random.chance(0.7) })
  return [{ send: partsOf(...mutateSequence(random, [opening], 0.7)), ...cut(random) }]
}

/** QoS 2 in states it should not be in: ids reused, PUBREL before PUBLISH, answers to nothing. @type {Attack} */
export function qos2Confusion(random, clientId) {
  const topic = random.pick(['a', 'slow/a', 'later/a', 'drop/a', 'b'])
  const own = subscribe(9, [topic, 2])
  const packets = random.times(random.between(10, 60), () => {
    const id = random.between(1, 4)
    const make = random.weighted([
      [4, () => publish(topic, 'x', { qos: 2, id, dup: random.chance(0.5) })],
      [2, () => publish(topic, 'x', { qos: 1, id })],
      [4, () => acknowledge('pubrel', id)],
      [1, () => acknowledge(random.pick(['puback', 'pubrec', 'pubcomp']), id)],
      [1, () => pingreq],
    ])
    return make()
  })
  const clean = random.chance(0.5)
  /** @type {Step[]} */
  const steps = [{ send: partsOf(connect({ clientId, clean }), own, ...packets), ...cut(random) }]
  if (!clean) steps.push({ reopen: 'drop' }, { send: partsOf(connect({ clientId, clean }), ...packets) })
  return [...steps, { wait: 'answers' }]
}

/** A stored session that comes and goes while messages for it are under way. @type {Attack} */
export function comeAndGo(random, clientId) {
  const id = random.chance(0.7) ? clientId : `shared-${random.between(1, 3)}`
  const filters = random.times(
    random.between(1, 4),
    () => /** @type {const} */ ([random.pick(['a', 'a/#', '+', '#']), 2]),
  )
  /** @type {Step[]} */
  const steps = []
  for (let i = random.between(2, 6); i > 0; i--) {
    const messages = random.times(random.between(0, 20), (n) =>
      publish('a', `${n}`, { qos: fields.qos(random), id: n + 1, retain: random.chance(0.2) }),
    )
    const opening = connect({ clientId: id, clean: random.chance(0.15) })
    steps.push({ send: partsOf(opening, subscribe(1, ...filters), ...messages), ...cut(random) })
    if (random.chance(0.5)) steps.push({ wait: 'answers' })
    if (i > 1) steps.push({ reopen: random.pick(['drop', 'end']) })
  }
  return steps
}

/** Wills of every kind, fired by a drop. @type {Attack} */
export function willAbuse(random, clientId) {
  return random
    .times(random.between(1, 5), () => {
      const opening = anyConnect(random, clientId, { malice: 0.3, will: true })
      const packets = random.chance(0.5) ? [subscribe(1, ['#', 2])] : []
      /** @type {Step[]} */
      const steps = [{ send: partsOf(opening, ...packets) }, { reopen: random.pick(['drop', 'end']) }]
      return steps
    })
    .flat()
    .slice(0, -1)
}

/** The same packet thousands of times, in one write. @type {Attack} */
export function repetition(random, clientId) {
  const packet = random.chance(0.7) ? anyPacket(random, 0) : random.pick([pingreq, disconnect])
  const count = Math.ceil(random.between(500, 4_000) / Math.max(1, packet.length / 50))
  return [{ send: [...partsOf(connect({ clientId })), repeated(packet, count)] }]
}

/** Cutting makes many writes: only what is small is cut small. */
function smallCut(/** @type {Random} */ random, /** @type {Buffer[]} */ packets) {
  const size = packets.reduce((sum, { length }) => sum + length, 0)
  return size < 4_000 ? cut(random) : random.chance(0.3) ? { chunkBytes: random.between(1_000, 9_000) } : {}
}
