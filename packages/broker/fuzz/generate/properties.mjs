import { remainingLength } from '../wire/packets.mjs'
import { ids, property, section, types } from '../wire/properties.mjs'
import * as fields from './fields.mjs'

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('../model/properties.mjs').Place} Place */
/** @typedef {readonly [id: number, make: (random: Random) => number | import('../wire/packets.mjs').Bytes | readonly [string, string]]} Maker */

/** @type {Maker} */
const user = [
  ids.user,
  (random) => [random.pick(['', 'a', 'ä', 'name']), random.pick(['', '1', '🌞', 'x'.repeat(300)])],
]
/** @type {Maker} */
const reason = [ids.reasonString, (random) => random.pick(['', 'because', 'weil ä'])]
/** @type {Maker[]} */
const ofMessages = [
  [ids.payloadFormat, (random) => random.between(0, 1)],
  [ids.messageExpiry, (random) => random.pick([0, 1, 2, 60, 0xffff_ffff])],
  [ids.contentType, (random) => random.pick(['', 'text/plain', 'ä'.repeat(50)])],
  [ids.responseTopic, (random) => random.pick(['a', 'a/b', '$x/y'])],
  [ids.correlationData, (random) => random.bytes(random.pick([0, 1, 16, 500]))],
]

/** Legal properties for each packet. @satisfies {Partial<Record<Place, Maker[]>>} */
const makers = {
  connect: /** @type {Maker[]} */ ([
    [ids.sessionExpiry, (random) => random.pick([0, 1, 30, 600, 0xffff_ffff])],
    [ids.receiveMaximum, (random) => random.pick([1, 2, 10, 65_535])],
    [ids.maximumPacketSize, (random) => random.pick([400, 1_000, 70_000, 0xffff_ffff])],
    [ids.topicAliasMaximum, (random) => random.pick([0, 1, 3, 65_535])],
    [ids.requestResponseInformation, (random) => random.between(0, 1)],
    [ids.requestProblemInformation, (random) => random.between(0, 1)],
  ]),
  will: /** @type {Maker[]} */ ([
    [ids.willDelay, (random) => random.pick([0, 1, 5, 0xffff_ffff])],
    ...ofMessages,
  ]),
  publishFromClient: ofMessages,
  acknowledgement: [reason],
  subscribe: /** @type {Maker[]} */ ([
    [ids.subscriptionIdentifier, (random) => random.pick([1, 127, 128, 268_435_455])],
  ]),
  unsubscribe: /** @type {Maker[]} */ ([]),
  disconnectFromClient: [reason],
}

/**
 * A property section; with malice with doubled, misplaced, unknown and broken properties and lying lengths.
 * @param {Random} random
 * @param {keyof typeof makers} place
 * @param {number} malice
 * @param {Buffer[]} [more] further properties
 */
export function anySection(random, place, malice, more = []) {
  if (more.length === 0 && random.chance(0.4 * (1 - malice))) return section([])
  const chosen = makers[place].filter(() => random.chance(0.35))
  /** @type {Buffer[]} */
  const made = chosen.map(([id, make]) => property(id, make(random)))
  for (let n = random.pick([0, 0, 1, 3]); n > 0; n--) made.push(property(ids.user, user[1](random)))
  made.push(...more)
  if (!random.chance(malice)) return section(shuffled(random, made))
  return broken(random, made)
}

/**
 * @param {Random} random
 * @param {Buffer[]} made
 */
function broken(random, made) {
  const any = random.pick([...types.keys()])
  const breakIt = random.weighted([
    [3, () => section([...made, ...made])],
    [3, () => section([...made, anyProperty(random, any)])],
    [2, () => section([...made, Buffer.of(random.between(0, 255)), random.bytes(random.between(0, 6))])],
    [2, () => lying(random, Buffer.concat(made))],
    [2, () => section([...made, anyProperty(random, any).subarray(0, random.between(1, 4))])],
    [1, () => section([...made, property(ids.user, [fields.topic(random, 1), fields.topic(random, 1)])])],
    [1, () => section([...made, property(ids.responseTopic, fields.topic(random, 1))])],
    [1, () => section(random.times(random.pick([50, 500, 3_000]), () => property(ids.user, ['n', 'v'])))],
  ])
  return breakIt()
}

/**
 * @param {Random} random
 * @param {number} id
 */
function anyProperty(random, id) {
  const type = types.get(id)
  if (type === 'pair') return property(id, ['a', 'b'])
  if (type === 'text' || type === 'binary') return property(id, random.pick(['', 'x', 'a/#', 'a\0']))
  return property(id, random.pick([0, 1, 2, 255]))
}

/** A length that is not that of the properties, or has more bytes than it needs. */
function lying(/** @type {Random} */ random, /** @type {Buffer} */ all) {
  const length = random.weighted([
    [3, remainingLength(Math.max(0, all.length + random.pick([-2, -1, 1, 2, 100])))],
    [2, Buffer.of((all.length & 127) | 128, (all.length >> 7) | 128, 0)],
    [1, Buffer.of(255, 255, 255, 127)],
    [1, Buffer.of(255, 255, 255, 255, 1)],
  ])
  return Buffer.concat([length, all])
}

/**
 * @param {Random} random
 * @param {Buffer[]} list
 */
function shuffled(random, list) {
  const rest = [...list]
  return list.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0] ?? Buffer.alloc(0))
}
