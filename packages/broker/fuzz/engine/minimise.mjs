import { bytesOf } from './case.mjs'

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./case.mjs').Step} Step
 * @typedef {import('./case.mjs').Part} Part
 */

/**
 * A smaller attack that still fails: fewer actors, steps, packets, repetitions, bytes. Stops at the deadline.
 * @param {Case} attack
 * @param {(attack: Case) => Promise<boolean>} fails
 * @param {number} deadlineMs epoch milliseconds
 */
export async function minimise(attack, fails, deadlineMs) {
  let best = attack
  for (let improved = true; improved; ) {
    improved = false
    for (const smaller of candidates(best)) {
      if (Date.now() > deadlineMs) return best
      if (!(await fails(smaller))) continue
      best = smaller
      improved = true
      break
    }
  }
  return best
}

/**
 * The largest simplifications first.
 * @param {Case} attack
 * @returns {Generator<Case>}
 */
function* candidates(attack) {
  for (const actors of shorter(attack.actors)) if (actors.length > 0) yield { ...attack, actors }
  for (const [index, actor] of attack.actors.entries()) {
    const withSteps = (/** @type {Step[]} */ steps) => ({
      ...attack,
      actors: attack.actors.with(index, { ...actor, steps }),
    })
    for (const steps of shorter(actor.steps)) yield withSteps(steps)
    for (const [at, step] of actor.steps.entries())
      for (const simpler of simplerSteps(step)) yield withSteps(actor.steps.with(at, simpler))
    if (actor.reply !== 'silent')
      yield { ...attack, actors: attack.actors.with(index, { ...actor, reply: 'silent' }) }
  }
}

/**
 * @param {Step} step
 * @returns {Generator<Step>}
 */
function* simplerSteps(step) {
  if (!('send' in step) && !('raw' in step)) return
  const parts = 'send' in step ? step.send : step.raw
  const withParts = (/** @type {Part[]} */ list) =>
    'send' in step ? { ...step, send: list } : { ...step, raw: list }
  if (step.pauseMs !== undefined) yield { ...step, pauseMs: undefined }
  if (step.chunkBytes !== undefined) yield { ...step, chunkBytes: undefined, pauseMs: undefined }
  for (const list of shorter(parts)) yield withParts(list)
  for (const [at, part] of parts.entries())
    for (const simpler of simplerParts(part)) yield withParts(parts.with(at, simpler))
}

/**
 * @param {Part} part
 * @returns {Generator<Part>}
 */
function* simplerParts(part) {
  if (typeof part !== 'string') {
    const [hex, count] = part
    if (count === 1) yield hex
    else
      for (const fewer of [1, count >> 2, count >> 1, count - (count >> 3)])
        if (fewer < count) yield [hex, fewer]
    return
  }
  const bytes = bytesOf([part])
  if (bytes.length <= 64) for (const list of shorter([...bytes])) yield Buffer.from(list).toString('hex')
  else for (const size of [bytes.length >> 1, bytes.length - 16]) yield part.slice(0, 2 * size)
}

/**
 * The list without one of its halves, quarters, and so on down to single entries.
 * @template T
 * @param {readonly T[]} list
 * @returns {Generator<T[]>}
 */
function* shorter(list) {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)]
}
