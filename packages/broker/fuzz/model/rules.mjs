/**
 * How the host of the broker under attack decides, by name. The target's hooks and the model that predicts the
 * broker both read it, so that they cannot differ.
 */

/** User names whose CONNECT must be refused or cut off. */
export const refusedUsers = ['hang', 'throw', 'reject', 'nonsense', 'refuse4', 'refuse5', 'expired']

/** Topics that no client may publish or subscribe to; no root wildcard matches them, so a delivery is always a leak. */
export const secretPrefix = '$secret'

/** First levels of topics that no client may publish to. */
const deniedLevels = new Set(['denied', secretPrefix, '$SYS', 'witness', 'durable'])

/** First levels of topics for which the host fails: the connection may be ended as `undecided`. */
const undecidedLevels = new Set(['throw', 'reject', 'hang', 'nonsense', 'throwing-rule'])

/** @param {string} topic */
export const firstLevel = (topic) => topic.split('/', 1)[0] ?? ''

/** @param {string} topic */
export const isDenied = (topic) => deniedLevels.has(firstLevel(topic))

/** @param {string} topic */
export const isUndecided = (topic) => undecidedLevels.has(firstLevel(topic))

/** @param {string} filter */
export const isSecret = (filter) => firstLevel(filter) === secretPrefix || firstLevel(filter) === '$SYS'
