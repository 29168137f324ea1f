import { partsOf } from '../engine/case.mjs'
import { limits } from '../target/limits.mjs'
import { acknowledge, connect, pingreq, publish } from '../wire/packets.mjs'
import { acknowledge5, disconnect5, subscribe5 } from '../wire/packets-5.mjs'
import { ids, property, section } from '../wire/properties.mjs'
import * as fields from './fields.mjs'
import { mutateSequence } from './mutate.mjs'
import { anyAcknowledgement, anyConnect5, anyPacket5 } from './packets-5.mjs'
import { anySection } from './properties.mjs'
import { cut } from './talk.mjs'

/**
 * @typedef {import('./random.mjs').Random} Random
 * @typedef {import('../engine/case.mjs').Step} Step
 * @typedef {import('./talk.mjs').Attack} Attack
 */

/** Legal packets of MQTT 5 only: nothing may be refused, and everything is answered. @type {Attack} */
export function legalTalk5(random, clientId) {
  const packets = random.times(random.between(1, 25), () => anyPacket5(random, 0))
  return [
    {
      send: partsOf(anyConnect5(random, fields.clientId(random, clientId)), ...packets),
      ...small(random, packets),
    },
    { wait: 'answers' },
  ]
}

/** A conversation of MQTT 5 with mistakes of every kind. @type {Attack} */
export function maliciousTalk5(random, clientId) {
  const malice = random.pick([0.05, 0.2, 0.5])
  const opening = anyConnect5(random, fields.clientId(random, clientId), { malice: malice / 3 })
  const packets = random.times(random.between(0, 12), () => anyPacket5(random, malice))
  const all = mutateSequence(random, [opening, ...packets], malice / 2)
  return [{ send: partsOf(...all), ...small(random, all) }]
}

/** CONNECTs of MQTT 5 with broken properties, cut and mutated. @type {Attack} */
export function brokenConnect5(random, clientId) {
  const opening = anyConnect5(random, clientId, { malice: 0.6, will: random.chance(0.7) })
  return [{ send: partsOf(...mutateSequence(random, [opening], 0.5)), ...cut(random) }]
}

/** Topic aliases set, used, moved and exceeded, in both directions. @type {Attack} */
export function aliasAbuse(random, clientId) {
  const known = new Set()
  const opening = connect({
    protocolLevel: 5,
    clientId,
    section: section([property(ids.topicAliasMaximum, random.pick([0, 1, 2, 100]))]),
  })
  const packets = random.times(random.between(10, 60), () => {
    const alias = random.chance(0.02) ? random.pick([0, limits.maxTopicAliases + 1]) : random.between(1, 16)
    const nameless = known.has(alias) ? random.chance(0.6) : random.chance(0.01)
    known.add(alias)
    const topic = nameless ? '' : random.pick(['a', 'a/b', 'b', 'slow/a', 'denied/a', '$x/y'])
    const properties = [property(ids.topicAlias, alias)]
    return publish(topic, 'x', {
      qos: fields.qos(random),
      id: random.between(1, 9),
      section: section(properties),
    })
  })
  const filters = [/** @type {const} */ (['#', 1]), /** @type {const} */ (['$x/#', 0])]
  /** @type {Step[]} */
  const steps = [
    { send: partsOf(opening, subscribe5(1, section([]), ...filters), ...packets), ...cut(random) },
  ]
  if (random.chance(0.4)) steps.push({ reopen: 'drop' }, { send: partsOf(opening, ...packets.slice(5)) })
  return steps
}

/** Messages that expire, for a session that comes and goes with changing limits and expiry. @type {Attack} */
export function comeAndGo5(random, clientId) {
  const id = random.chance(0.7) ? clientId : `shared-${random.between(1, 3)}`
  /** @type {Step[]} */
  const steps = []
  for (let i = random.between(2, 6); i > 0; i--) {
    const opening = anyConnect5(random, id, { clean: random.chance(0.15) })
    const wanted = random.pick(/** @type {const} */ (['a', 'a/#', '+', '#', '$share/g/a']))
    const wish = subscribe5(1, anySection(random, 'subscribe', 0), [wanted, 2])
    const messages = random.times(random.between(0, 20), (n) =>
      publish(random.pick(['a', 'a/b']), Buffer.alloc(random.pick([0, 10, 600])), {
        qos: fields.qos(random),
        id: n + 1,
        retain: random.chance(0.2),
        section: anySection(random, 'publishFromClient', 0),
      }),
    )
    const replies = random.times(random.between(0, 4), () =>
      anyAcknowledgement(random, 0, random.between(1, 9)),
    )
    const expiry = section([property(ids.sessionExpiry, random.pick([0, 1, 60]))])
    const farewell = random.chance(0.3) ? [disconnect5(random.pick([0, 0x04]), expiry)] : []
    steps.push({ send: partsOf(opening, wish, ...messages, ...replies, ...farewell), ...cut(random) })
    if (random.chance(0.5)) steps.push({ wait: farewell.length > 0 ? 20 : 'answers' })
    if (i > 1) steps.push({ reopen: random.pick(['drop', 'end']) })
  }
  return steps
}

/** More under way than the broker's Receive Maximum, and exchanges that fail in the middle. @type {Attack} */
export function flowAbuse(random, clientId) {
  const receiveMaximum = property(ids.receiveMaximum, random.pick([1, 2, 5]))
  const opening = connect({ protocolLevel: 5, clientId, section: section([receiveMaximum]) })
  const count = random.pick([20, limits.maxInboundQos2 - 1, limits.maxInboundQos2 + 50])
  const messages = random.times(count, (n) =>
    publish(random.pick(['a', 'denied/a', 'later/a']), 'x', {
      qos: 1 + (n % 2),
      id: n + 1,
      section: section([]),
    }),
  )
  const releases = random.times(count, (n) =>
    random.chance(0.5) ? acknowledge('pubrel', n + 1) : acknowledge5('pubrel', n + 1, random.pick([0, 0x92])),
  )
  return [
    { send: partsOf(opening, subscribe5(1, section([]), ['a', 2]), ...messages) },
    { wait: random.pick([0, 30]) },
    { send: partsOf(...releases, pingreq) },
  ]
}

/** Cutting makes many writes: only what is small is cut small. */
function small(/** @type {Random} */ random, /** @type {Buffer[]} */ packets) {
  return packets.reduce((sum, { length }) => sum + length, 0) < 4_000 ? cut(random) : {}
}
