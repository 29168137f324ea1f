import { setTimeout as pause } from 'node:timers/promises'
import { publish } from '../wire/packets.mjs'
import { Finding } from './finding.mjs'
import { WitnessClient } from './witness-client.mjs'

const absentId = 'durable-absent'
const filter = 'durable/#'
const levels = /** @type {const} */ ([1, 2])
const perLevel = 60

/**
 * Publishes to an offline client until the broker is killed: when it is started again, every acknowledged message must be
 * there, in order, and none twice.
 * @param {import('./target.mjs').Target} target
 * @param {number} answerTimeoutMs
 */
export async function proveDurability(target, answerTimeoutMs) {
  const subscriber = await enter(target, absentId, false, answerTimeoutMs)
  await subscriber.subscribe(filter, answerTimeoutMs)
  subscriber.stop()
  const acknowledged = await publishUntilKilled(target, answerTimeoutMs)
  const received = await comeBack(target, answerTimeoutMs)
  for (const qos of levels) {
    const numbers = received.get(`durable/${qos}`) ?? []
    const lost = (acknowledged.get(qos) ?? []).filter((number) => !numbers.includes(number))
    if (lost.length > 0) throw new Finding('forgotten', `QoS ${qos}: acknowledged and lost: ${lost.join()}`)
    const wrong = numbers.find((number, i) => i > 0 && number <= Number(numbers[i - 1]))
    if (wrong !== undefined) throw new Finding('forgotten', `QoS ${qos}: ${wrong} twice or out of order`)
  }
}

/**
 * Publishes numbered messages of QoS 1 and 2 as fast as they are acknowledged; returns the acknowledged numbers.
 * @param {import('./target.mjs').Target} target
 * @param {number} answerTimeoutMs
 */
async function publishUntilKilled(target, answerTimeoutMs) {
  /** @type {Map<number, number[]>} */
  const acknowledged = new Map(levels.map((qos) => [qos, []]))
  const publisher = await enter(target, 'durable-publisher', true, answerTimeoutMs)
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
  // It does not wait for acknowledgements: a crash then meets messages in every state.
  const sending = (async () => {
    for (let number = 1; number <= perLevel; number++) {
      for (const qos of levels) send(qos, number)
      await pause(1)
    }
  })()
  await Promise.race([enough, pause(answerTimeoutMs)])
  await target.crash()
  publisher.stop()
  await sending
  return acknowledged
}

/**
 * The messages that were queued for the offline client, by topic.
 * @param {import('./target.mjs').Target} target
 * @param {number} answerTimeoutMs
 */
async function comeBack(target, answerTimeoutMs) {
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
  const subscriber = await enter(target, absentId, false, answerTimeoutMs, take)
  subscriber.send(
    (id) => publish('durable/end', 'end', { qos: 1, id }),
    () => undefined,
  )
  const came = await Promise.race([end, pause(answerTimeoutMs)])
  subscriber.stop()
  if (came !== 'end') throw new Finding('forgotten', 'the subscription of a stored session')
  // The session is not needed any more.
  const last = await enter(target, absentId, true, answerTimeoutMs)
  last.stop()
  return received
}

/**
 * @param {import('./target.mjs').Target} target
 * @param {string} clientId
 * @param {boolean} clean
 * @param {number} answerTimeoutMs
 * @param {(topic: string, payload: string) => void} onMessage
 */
async function enter(target, clientId, clean, answerTimeoutMs, onMessage = () => undefined) {
  const client = new WitnessClient('tcp', target, clientId, { onMessage, onEnd: () => undefined }, clean)
  await client.connected(answerTimeoutMs)
  return client
}
