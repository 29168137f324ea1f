import {
  acknowledge,
  connect,
  disconnect,
  packet,
  pingreq,
  publish,
  subscribe,
  unsubscribe,
} from '../wire/packets.mjs'
import * as fields from './fields.mjs'

/** @typedef {import('./random.mjs').Random} Random */

/**
 * A CONNECT; with malice also of other versions, with bad wills, users for whom the host fails, and so on.
 * @param {Random} random
 * @param {string} clientId
 * @param {{ clean?: boolean, malice?: number, will?: boolean }} options
 */
export function anyConnect(random, clientId, { clean, malice = 0, will = random.chance(0.2) } = {}) {
  const version = random.weighted([
    [12, { protocolName: 'MQTT', protocolLevel: 4 }],
    [3, { protocolName: 'MQIsdp', protocolLevel: 3 }],
    [10 * malice, random.pick(otherVersions)],
  ])
  return connect({
    ...version,
    clientId: random.chance(malice / 4) ? fields.topic(random, 1) : clientId,
    clean: clean ?? random.chance(0.7),
    keepAliveSeconds: random.pick([0, 0, 60, 65_535]),
    ...(will ? { will: anyWill(random, malice) } : {}),
    ...(random.chance(0.3) ? { username: anyUser(random, malice) } : {}),
    ...(random.chance(malice / 4) ? { flags: random.between(0, 255) } : {}),
  })
}

const otherVersions = [
  { protocolName: 'MQTT', protocolLevel: 5 },
  { protocolName: 'MQTT', protocolLevel: 6 },
  { protocolName: 'MQTT', protocolLevel: 3 },
  { protocolName: 'MQTT', protocolLevel: 0x84 },
  { protocolName: 'MQIsdp', protocolLevel: 4 },
  { protocolName: 'mqtt', protocolLevel: 4 },
  { protocolName: '', protocolLevel: 255 },
]

/**
 * @param {Random} random
 * @param {number} malice
 */
function anyWill(random, malice) {
  const payload = random.chance(malice) ? Buffer.alloc(random.pick([16_384, 16_385, 60_000])) : 'gone'
  const qos = random.chance(malice / 4) ? 3 : fields.qos(random)
  return { topic: fields.topic(random, malice), payload, qos, retain: random.chance(0.4) }
}

/**
 * @param {Random} random
 * @param {number} malice
 */
export function anyUser(random, malice) {
  if (!random.chance(malice)) return random.pick(['', 'anna', 'late'])
  const bad = ['throw', 'reject', 'nonsense', 'refuse4', 'refuse5', 'expired', 'hang', 'a\0', 'ÿ'.repeat(500)]
  return random.pick(bad)
}

/**
 * A packet that clients send after CONNECT.
 * @param {Random} random
 * @param {number} malice
 * @returns {Buffer}
 */
export function anyPacket(random, malice) {
  const id = random.chance(malice / 4) ? 0 : fields.packetId(random)
  const make = random.weighted([
    [10, () => anyPublish(random, malice)],
    [4, () => subscribe(id, ...random.times(random.between(1, 5), () => anyFilter(random, malice)))],
    [2, () => unsubscribe(id, ...random.times(random.between(1, 3), () => fields.filter(random, malice)))],
    [4, () => acknowledge(random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp']), id)],
    [2, () => pingreq],
    [malice, () => disconnect],
    [malice, () => anyConnect(random, 'again')],
    [2 * malice, () => packet(random.between(0, 255), random.bytes(random.between(0, 12)))],
  ])
  return make()
}

/**
 * @param {Random} random
 * @param {number} malice
 */
export function anyPublish(random, malice) {
  const qos = random.chance(malice / 4) ? 3 : fields.qos(random)
  return publish(fields.topic(random, malice), fields.payload(random), {
    qos,
    retain: random.chance(0.2),
    dup: (qos > 0 || random.chance(malice / 4)) && random.chance(0.2),
    id: random.chance(malice / 8) ? 0 : fields.packetId(random),
  })
}

/**
 * @param {Random} random
 * @param {number} malice
 * @returns {[Buffer, number]}
 */
function anyFilter(random, malice) {
  return [fields.filter(random, malice), random.chance(malice / 8) ? 3 : fields.qos(random)]
}
