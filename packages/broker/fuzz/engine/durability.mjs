import { setTimeout as pause } from 'node:timers/promises'
import { publish } from '../wire/packets.mjs'
import { Finding } from './finding.mjs'
import { WitnessClient } from './witness-client.mjs'

const absentId = 'durable-absent'
const filter = 'durable/#'
const levels = /** @type {const} */ ([1, 2])
const perLevel = 60

/**
 * Publishes to somebody absent until the broker is killed in the midst of it: what was acknowledged must be there when it
 * is back, in order, and nothing twice.
 * @param {import('./target.mjs').Target} target
 * @param {number} patienceMs
 */
export async function proveDurability(target, patienceMs) {
  const subscriber = await enter(target, absentId, false, patienceMs)
  await subscriber.subscribe(filter, patienceMs)
  subscriber.stop()
  const acknowledged = await publishUntilKilled(target, patienceMs)
  const received = await comeBack(target, patienceMs)
  for (const qos of levels) {
    const numbers = received.get(`durable/${qos}`) ?? []
    const lost = (acknowledged.get(qos) ?? []).filter((number) => !numbers.includes(number))
    if (lost.length > 0) throw new Finding('forgotten', `QoS ${qos}: acknowledged and lost: ${lost.join()}`)
    const wrong = numbers.find((number, i) => i > 0 && number <= Number(numbers[i - 1]))
    if (wrong !== undefined) throw new Finding('forgotten', `QoS ${qos}: ${wrong} twice or out of order`)
  }
}

/**
 * Numbered messages of both levels, as fast as they are acknowledged; gives the numbers that were.
 * @param {import('./target.mjs').Target} target
 * @param {number} patienceMs
 */
async function publishUntilKilled(target, patienceMs) {
  /** @type {Map<number, number[]>} */
  const acknowledged = new Map(levels.map((qos) => [qos, []]))
  const publisher = await enter(target, 'durable-publisher', true, patienceMs)
  /** @type {() => void} */
  let halfAcknowledged = () => undefined
  const enough = new Promise((resolve) => {
    halfAcknowledged = () => resolve(true)
  })
  const send = (/** @type {number} */ qos, /** @type {number} */ number) =>
    publisher.send(
      (id) => publish(`durable/${qos}`, String(number), { qos, id }),
      () => {
        acknowledged.get(qos)?.push(number)
        if (number === perLevel / 2) halfAcknowledged()
      },
    )
  // Without waiting for acknowledgements: several are under way at the same time, so that a crash meets them in every state.
  const sending = (async () => {
    for (let number = 1; number <= perLevel; number++) {
      for (const qos of levels) send(qos, number)
      await pause(1)
    }
  })()
  await Promise.race([enough, pause(patienceMs)])
  await target.crash()
  publisher.stop()
  await sending
  return acknowledged
}

/**
 * What waited for the one who was absent, by topic.
 * @param {import('./target.mjs').Target} target
 * @param {number} patienceMs
 */
async function comeBack(target, patienceMs) {
  /** @type {Map<string, number[]>} */
  const received = new Map()
  /** @type {() => void} */
  let ended = () => undefined
  const end = new Promise((resolve) => {
    ended = () => resolve('end')
  })
  const take = (/** @type {string} */ topic, /** @type {string} */ payload) => {
    if (payload === 'end') ended()
    else received.set(topic, [...(received.get(topic) ?? []), Number(payload)])
  }
  const subscriber = await enter(target, absentId, false, patienceMs, take)
  subscriber.send(
    (id) => publish('durable/end', 'end', { qos: 1, id }),
    () => undefined,
  )
  const came = await Promise.race([end, pause(patienceMs)])
  subscriber.stop()
  if (came !== 'end') throw new Finding('forgotten', 'the subscription of a stored session')
  // The session has done its duty.
  const last = await enter(target, absentId, true, patienceMs)
  last.stop()
  return received
}

/**
 * @param {import('./target.mjs').Target} target
 * @param {string} clientId
 * @param {boolean} clean
 * @param {number} patienceMs
 * @param {(topic: string, payload: string) => void} onMessage
 */
async function enter(target, clientId, clean, patienceMs, onMessage = () => undefined) {
  const client = new WitnessClient('tcp', target, clientId, { onMessage, onEnd: () => undefined }, clean)
  await client.connected(patienceMs)
  return client
}
