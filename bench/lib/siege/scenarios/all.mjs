import * as connections from './connections.mjs'
import * as corrections from './corrections.mjs'
import * as costly from './costly-payloads.mjs'
import * as metrics from './metrics.mjs'
import * as nothing from './nothing.mjs'
import * as ownDeliveries from './own-deliveries.mjs'
import * as partitions from './partitions.mjs'
import * as passwords from './passwords.mjs'
import * as pipelining from './pipelining.mjs'
import * as reconnects from './reconnects.mjs'
import * as retained from './retained.mjs'
import * as searches from './searches.mjs'
import * as subscriptions from './subscriptions.mjs'
import * as tokens from './tokens.mjs'
import * as unread from './unread-answers.mjs'
import * as wrongCredentials from './wrong-credentials.mjs'

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
  tokens,
  'wrong-credentials': wrongCredentials,
  'own-deliveries': ownDeliveries,
  metrics,
}
