import { setTimeout as pause } from 'node:timers/promises'
import { bytesOf } from './case.mjs'
import { AttackConnection } from './connection.mjs'

/**
 * Plays one actor to its end and checks its last connection. Throws the Finding.
 * @param {import('./case.mjs').Actor} actor
 * @param {import('./connection.mjs').Context} context
 */
export async function runActor(actor, context) {
  let connection = new AttackConnection(actor, context)
  let isOpen = await connection.opened()
  try {
    for (const step of actor.steps) {
      if ('reopen' in step) {
        if (isOpen) await connection.leave(step.reopen)
        connection = new AttackConnection(actor, context)
        isOpen = await connection.opened()
      } else if (isOpen) await play(step, connection)
    }
    if (isOpen) await connection.judge()
  } finally {
    connection.drop()
  }
}

/**
 * @param {Exclude<import('./case.mjs').Step, import('./case.mjs').ReopenStep>} step
 * @param {AttackConnection} connection
 */
async function play(step, connection) {
  if ('send' in step) await connection.write(bytesOf(step.send), { ...step, raw: false })
  else if ('raw' in step) await connection.write(bytesOf(step.raw), { ...step, raw: true })
  else if ('read' in step) connection.read(step.read)
  else if (step.wait === 'answers') await connection.answered()
  else await pause(step.wait)
}
