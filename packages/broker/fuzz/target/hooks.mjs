import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { firstLevel, isDenied, isSecret } from '../model/rules.mjs'

/** Topics that a client asked to retain a message on; cleared after each check. @type {Set<string>} */
export const retainedTopics = new Set()

/**
 * Hooks that work or fail by name, as model/rules.mjs lists them.
 * @type {import('@heliograph/broker').BrokerHooks<string>}
 */
export const hooks = {
  authenticate({ clientId, username = '' }) {
    const misbehave = misbehaviours[username]
    if (misbehave) return misbehave()
    const principal = username === 'witness' ? 'witness' : 'attacker'
    const accepted = { ok: true, principal, sessionId: `${principal}/${clientId || randomUUID()}` }
    const result = /** @type {import('@heliograph/broker').AuthenticateResult<string>} */ (accepted)
    return username === 'late' ? pause(20).then(() => result) : result
  },
  authorizePublish({ principal }, topic, { retain }) {
    if (firstLevel(topic) === 'throwing-rule') throw new Error('the rule failed')
    if (principal === 'witness') return true
    if (isDenied(topic)) return false
    if (retain) retainedTopics.add(topic)
    return true
  },
  authorizeSubscribe({ principal }, filter) {
    return principal === 'witness' || !isSecret(filter)
  },
  onPublish: (_client, { topic }) => decisions[firstLevel(topic)]?.() ?? 'forward',
}

/**
 * An answer of a type that the hook must not give.
 * @returns {never}
 */
const nonsense = () => /** @type {never} */ (/** @type {unknown} */ (42))
const never = () => new Promise(() => undefined)

/** @type {Record<string, () => any>} */
const misbehaviours = {
  hang: never,
  throw: fail,
  reject: async () => fail(),
  nonsense,
  refuse4: () => ({ ok: false, reason: 'bad_credentials' }),
  refuse5: () => ({ ok: false, reason: 'not_authorized' }),
  expired: () => ({ ok: true, principal: 'attacker', sessionId: 'attacker/expired', expiresAt: 1 }),
}

/** @type {Record<string, () => any>} */
const decisions = {
  slow: () => nextTurn('forward'),
  later: () => pause(15, 'forward'),
  drop: () => 'drop',
  throw: fail,
  reject: async () => fail(),
  hang: never,
  nonsense,
}

/** @returns {never} */
function fail() {
  throw new Error('the host failed')
}
