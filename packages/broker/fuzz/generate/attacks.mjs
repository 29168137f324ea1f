import { Random } from './random.mjs'
import * as storms from './storms.mjs'
import * as talk from './talk.mjs'
import * as talk5 from './talk-5.mjs'
import { anyHandshake, brokenFrames, frameShapes } from './websocket.mjs'

/**
 * @typedef {import('../engine/case.mjs').Case} Case
 * @typedef {import('../engine/case.mjs').Actor} Actor
 */

/** Every kind of attack and how often it is picked. @type {[number, import('./talk.mjs').Attack][]} */
const attacks = [
  [4, talk.legalTalk],
  [8, talk.maliciousTalk],
  [1, talk.garbage],
  [3, talk.brokenConnect],
  [3, talk.qos2Confusion],
  [3, talk.comeAndGo],
  [2, talk.willAbuse],
  [1, talk.repetition],
  [4, talk5.legalTalk5],
  [8, talk5.maliciousTalk5],
  [3, talk5.brokenConnect5],
  [3, talk5.aliasAbuse],
  [4, talk5.comeAndGo5],
  [2, talk5.flowAbuse],
  [1, storms.takeOverStorm],
  [1, storms.subscribeStorm],
  [1, storms.retainedStorm],
  [1, storms.publishFlood],
  [1, storms.frozenSubscriber],
  [1, storms.slowWriter],
  [1, storms.neverAcknowledges],
]

/** Attacks below MQTT; they need a WebSocket. @type {[number, import('./talk.mjs').Attack][]} */
const frameAttacks = [
  [2, frameShapes],
  [2, brokenFrames],
]

/**
 * The attack of a seed: up to four actors at once.
 * @param {number} seed
 * @param {readonly ('tcp' | 'ws')[]} transports
 * @returns {Case}
 */
export function attackOf(seed, transports) {
  const random = new Random(seed)
  const names = new Set()
  const actors = random.times(random.between(1, 4), (index) => {
    const transport = random.pick(transports)
    const isFrames = transport === 'ws' && random.chance(0.25)
    const attack = random.weighted(isFrames ? frameAttacks : attacks)
    names.add(attack.name)
    /** @type {Actor} */
    const actor = {
      transport,
      reply: random.weighted([
        [3, 'honest'],
        [1, 'silent'],
        [2, 'confused'],
      ]),
      steps: attack(random, `own-${seed.toString(36)}-${index}`),
    }
    if (transport === 'ws' && random.chance(0.06)) actor.handshake = anyHandshake(random)
    return actor
  })
  return { name: [...names].join('+'), about: `seed ${seed}`, actors }
}
