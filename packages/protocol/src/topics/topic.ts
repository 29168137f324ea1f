/** MQTT 3.1.1, section 1.5.3: a UTF-8 string on the wire is at most 65,535 bytes long. */
const maximumTopicBytes = 65_535

/**
 * Says why a string is not a valid topic name (MQTT 3.1.1, 4.7), or null when it is valid.
 * A client publishes to a topic name: at least one character, no wildcard, no U+0000.
 */
export function topicProblem(topic: string): string | null {
  return commonProblem(topic, 'topic') ?? (/[+#]/.test(topic) ? 'a topic must not hold + or #' : null)
}

/**
 * Says why a string is not a valid topic filter (MQTT 3.1.1, 4.7.1), or null when it is valid.
 * A client subscribes to a filter: `+` matches one level, and `#`, as the last level, all further levels.
 */
export function filterProblem(filter: string): string | null {
  const problem = commonProblem(filter, 'topic filter')
  if (problem !== null) return problem
  const levels = filter.split('/')
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1))
      return '# must be the whole last level'
    if (level.includes('+') && level !== '+') return '+ must be a whole level'
  }
  return null
}

/** True when `topic` matches `filter` (MQTT 3.1.1, 4.7). Both must be valid. */
export function filterMatches(filter: string, topic: string): boolean {
  return filterContains(filter, topic)
}

/**
 * True when everything that `inner` can match is matched by `outer` too. `inner` may be a topic,
 * which matches itself alone. The answer is exact; the tests compare it with brute force.
 *
 * Three rules complicate it: `a/#` matches `a`; a leading wildcard matches no topic that begins with `$` (4.7.2);
 * `+/#` matches the same topics as `#`, and `/+/#` the same as `/#`.
 */
export function filterContains(outer: string, inner: string): boolean {
  const outerLevels = outer.split('/')
  const innerLevels = (withoutEmptyParent.get(inner) ?? inner).split('/')
  const startsWithWildcard = outerLevels[0] === '#' || outerLevels[0] === '+'
  if (startsWithWildcard && inner.startsWith('$')) return false

  for (const [index, level] of outerLevels.entries()) {
    if (level === '#') return true
    const innerLevel = innerLevels[index]
    if (innerLevel === undefined || innerLevel === '#') return false
    if (level !== '+' && level !== innerLevel) return false
    if (innerLevels.length === index + 1 && outerLevels[index + 1] === '#') return true
  }
  return innerLevels.length === outerLevels.length
}

/** True when some topic matches both filters, given by their levels, leaving `$` and empty levels out of account. Both must be valid. */
export function levelsOverlap(one: readonly string[], other: readonly string[]): boolean {
  const count = Math.max(one.length, other.length)
  for (let index = 0; index < count; index++) {
    const a = one[index]
    const b = other[index]
    if (a === '#' || b === '#') return true
    if (a === undefined || b === undefined) return false
    if (a !== '+' && b !== '+' && a !== b) return false
  }
  return true
}

/** The parent level of these filters is the empty topic, which does not exist. Each value is the same filter without it. */
const withoutEmptyParent = new Map([
  ['#', '+/#'],
  ['/#', '/+/#'],
])

/**
 * The filter behind a shared subscription `$share/{group}/{filter}` (MQTT 5, 4.8.2), or the filter
 * itself when it is not shared. Null when it begins with `$share/` and is malformed.
 */
export function unsharedFilter(filter: string): string | null {
  if (!filter.startsWith('$share/')) return filter
  const [, group, ...rest] = filter.split('/')
  if (group === undefined || group === '' || /[+#]/.test(group) || rest.length === 0) return null
  return rest.join('/')
}

function commonProblem(text: string, what: string): string | null {
  if (text === '') return `a ${what} must not be empty`
  if (text.includes('\0')) return `a ${what} must not hold U+0000`
  if (text.length > maximumTopicBytes / 4 && new TextEncoder().encode(text).length > maximumTopicBytes)
    return `a ${what} is at most ${maximumTopicBytes} bytes long`
  return null
}
