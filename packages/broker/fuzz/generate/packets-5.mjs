import { limits } from '../target/limits.mjs'
import { connect, packet, pingreq, publish } from '../wire/packets.mjs'
import { acknowledge5, disconnect5, subscribe5, unsubscribe5 } from '../wire/packets-5.mjs'
import { ids, property } from '../wire/properties.mjs'
import * as fields from './fields.mjs'
import { anyUser } from './packets.mjs'
import { anySection } from './properties.mjs'

/** @typedef {import('./random.mjs').Random} Random */

/**
 * A CONNECT of MQTT 5.
 * @param {Random} random
 * @param {string} clientId
 * @param {{ clean?: boolean, malice?: number, will?: boolean }} options
 */
export function anyConnect5(random, clientId, { clean, malice = 0, will = random.chance(0.2) } = {}) {
  return connect({
    protocolLevel: 5,
    clientId: random.chance(malice / 4) ? fields.topic(random, 1) : clientId,
    clean: clean ?? random.chance(0.5),
    keepAliveSeconds: random.pick([0, 60, 65_535]),
    section: anySection(random, 'connect', malice),
    ...(will ? { will: anyWill(random, malice) } : {}),
    ...(random.chance(0.3) ? { username: anyUser(random, malice) } : {}),
    ...(random.chance(0.2) ? { password: random.bytes(4) } : {}),
    ...(random.chance(malice / 4) ? { flags: random.between(0, 255) } : {}),
  })
}

/**
 * A packet that clients of MQTT 5 send after CONNECT.
 * @param {Random} random
 * @param {number} malice
 * @returns {Buffer}
 */
export function anyPacket5(random, malice) {
  const id = random.chance(malice / 4) ? 0 : fields.packetId(random)
  const make = random.weighted([
    [10, () => anyPublish5(random, malice)],
    [4, () => anySubscribe(random, malice, id)],
    [2, () => anyUnsubscribe(random, malice, id)],
    [4, () => anyAcknowledgement(random, malice, id)],
    [2, () => pingreq],
    [malice, () => anyDisconnect(random, malice)],
    [malice, () => anyConnect5(random, 'again')],
    [
      malice,
      () => packet(0xf0, Buffer.of(random.pick([0, 0x18, 0x19])), anySection(random, 'connect', malice)),
    ],
    [malice, () => packet(random.between(0, 255), random.bytes(random.between(0, 12)))],
  ])
  return make()
}

/**
 * A PUBLISH, now and then with a topic alias, which may stand alone: then nothing may be known about it.
 * @param {Random} random
 * @param {number} malice
 */
export function anyPublish5(random, malice) {
  const qos = random.chance(malice / 4) ? 3 : fields.qos(random)
  const alias = random.chance(malice / 2)
    ? random.pick([0, limits.maxTopicAliases + 1, 65_535])
    : random.between(1, 4)
  const aliases = random.chance(0.2) ? [property(ids.topicAlias, alias)] : []
  const nameless = aliases.length > 0 && random.chance(malice)
  return publish(nameless ? '' : fields.topic(random, malice), fields.payload(random), {
    qos,
    retain: random.chance(0.2),
    dup: (qos > 0 || random.chance(malice / 4)) && random.chance(0.2),
    id: random.chance(malice / 8) ? 0 : fields.packetId(random),
    section: anySection(random, 'publishFromClient', malice / 2, aliases),
  })
}

/**
 * @param {Random} random
 * @param {number} malice
 */
function anyWill(random, malice) {
  const payload = random.chance(malice) ? Buffer.alloc(random.pick([16_384, 16_385])) : 'gone'
  const qos = random.chance(malice / 4) ? 3 : fields.qos(random)
  const section = anySection(random, 'will', malice / 2)
  return { topic: fields.topic(random, malice), payload, qos, retain: random.chance(0.4), section }
}

/**
 * @param {Random} random
 * @param {number} malice
 * @param {number} id
 */
function anySubscribe(random, malice, id) {
  const filters = random.times(random.between(1, 5), () => {
    const filter = fields.filter(random, malice)
    const noLocal = random.chance(0.2) && (random.chance(malice) || !filter.toString().startsWith('$share'))
    const options =
      fields.qos(random) | (noLocal ? 4 : 0) | (random.chance(0.2) ? 8 : 0) | random.pick([0, 0, 0x10, 0x20])
    return /** @type {const} */ ([filter, random.chance(malice / 8) ? random.between(0, 255) : options])
  })
  return subscribe5(id, anySection(random, 'subscribe', malice / 2), ...filters)
}

/**
 * @param {Random} random
 * @param {number} malice
 * @param {number} id
 */
function anyUnsubscribe(random, malice, id) {
  const filters = random.times(random.between(1, 3), () => fields.filter(random, malice))
  return unsubscribe5(id, anySection(random, 'unsubscribe', malice / 2), ...filters)
}

/**
 * @param {Random} random
 * @param {number} malice
 * @param {number} id
 */
export function anyAcknowledgement(random, malice, id) {
  const name = random.pick(/** @type {const} */ (['puback', 'pubrec', 'pubrel', 'pubcomp']))
  const isReceipt = name === 'puback' || name === 'pubrec'
  const legal = isReceipt ? [0, 0, 0x10, 0x80, 0x87, 0x99] : [0, 0x92]
  const code = random.chance(malice / 4) ? random.between(0, 255) : random.pick(legal)
  const hasSection = random.chance(0.4)
  return acknowledge5(
    name,
    id,
    code,
    hasSection ? anySection(random, 'acknowledgement', malice / 2) : undefined,
  )
}

/**
 * @param {Random} random
 * @param {number} malice
 */
function anyDisconnect(random, malice) {
  const code = random.pick([0, 0x04, 0x80, 0x8e, random.between(0, 255)])
  const expiry = random.chance(0.3) ? [property(ids.sessionExpiry, random.pick([0, 1, 600]))] : []
  return disconnect5(code, anySection(random, 'disconnectFromClient', malice / 2, expiry))
}
