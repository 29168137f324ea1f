/**
 * @typedef {object} Statement
 * @property {'server' | 'client' | 'both'} concerns Whom it binds. `both` also stands for a duty of clients whose
 *   breach a server has to answer.
 * @property {string} says What it says, in our words.
 * @property {string} [untested] Why no test shows it.
 */

/**
 * @param {string} says
 * @returns {Statement}
 */
export function server(says) {
  return { concerns: 'server', says }
}

/**
 * @param {string} says
 * @returns {Statement}
 */
export function client(says) {
  return { concerns: 'client', says }
}

/**
 * @param {string} says
 * @returns {Statement}
 */
export function both(says) {
  return { concerns: 'both', says }
}

/**
 * A statement that no test shows, and why.
 * @param {Statement} statement
 * @param {string} why
 * @returns {Statement}
 */
export function untested(statement, why) {
  return { ...statement, untested: why }
}
