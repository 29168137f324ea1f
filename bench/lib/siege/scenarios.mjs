import * as connections from './scenarios/connections.mjs'
import * as corrections from './scenarios/corrections.mjs'
import * as costly from './scenarios/costly-payloads.mjs'
import * as nothing from './scenarios/nothing.mjs'
import * as partitions from './scenarios/partitions.mjs'
import * as passwords from './scenarios/passwords.mjs'
import * as pipelining from './scenarios/pipelining.mjs'
import * as reconnects from './scenarios/reconnects.mjs'
import * as retained from './scenarios/retained.mjs'
import * as searches from './scenarios/searches.mjs'
import * as subscriptions from './scenarios/subscriptions.mjs'
import * as unread from './scenarios/unread-answers.mjs'

/**
 * What an attacker does, by name. `prepare` runs first, and what it resolves with is given to `attack`, which runs in a process of
 * its own until that is killed. `afterwards` resolves with what it found in words, and whether that is a problem.
 *
 * @typedef {{ note: string, problem?: boolean }} Finding
 * @typedef {object} Scenario
 * @property {string} title
 * @property {(siege: object) => Promise<object>} [prepare]
 * @property {(target: object, told: import('./told.mjs').Told) => Promise<void>} attack
 * @property {(siege: object, target: object) => Promise<Finding>} [afterwards]
 *
 * @type {Record<string, Scenario>}
 */
export const scenarios = {
  nothing,
  pipelining,
  subscriptions,
  corrections,
  retained,
  searches,
  unread,
  costly,
  connections,
  partitions,
  passwords,
  reconnects,
}
