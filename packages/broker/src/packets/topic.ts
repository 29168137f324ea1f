import { isUtf8 } from 'node:buffer'

/**
 * Reads a UTF-8 string of a packet; null when it is not well-formed or holds a control character: U+0000, which no string
 * may hold [MQTT-1.5.3-1, -2], or another that section 1.5.3 lets a server refuse.
 */
export function readUtf8(bytes: Buffer, from: number, to: number): string | null {
  const view = bytes.subarray(from, to)
  if (!isUtf8(view)) return null
  const text = view.toString('utf8')
  return hasControl(text) ? null : text
}

/** Whether a text holds a control character: U+0000–U+001F or U+007F–U+009F. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (isControl(text.charCodeAt(i))) return true
  }
  return false
}

function isControl(code: number): boolean {
  return code <= lastOfC0 || (code >= DELETE && code <= lastOfC1)
}

/** What is wrong with a topic name, or null. Wildcards are for filters only [MQTT-3.3.2-2]. */
export function topicProblem(topic: string, maxLevels: number): string | null {
  if (topic.length === 0) return 'empty topic'
  let levels = 1
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i)
    if (code === PLUS || code === HASH) return 'wildcard in a topic name'
    if (isControl(code)) return 'control character in a topic name'
    if (code === SLASH) levels++
  }
  return levels > maxLevels ? 'too many topic levels' : null
}

/** What is wrong with a topic filter, or null [MQTT-4.7.1-2, -3]. */
export function filterProblem(filter: string, maxLevels: number): string | null {
  if (filter.length === 0) return 'empty topic filter'
  const levels = filter.split('/')
  if (levels.length > maxLevels) return 'too many topic levels'
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] ?? ''
    if (hasControl(level)) return 'control character in a topic filter'
    if (level.length > 1 && (level.includes('+') || level.includes('#'))) return 'wildcard inside a level'
    if (level === '#' && i !== levels.length - 1) return '# before the last level'
  }
  return null
}

/** Whether a filter matches a topic. A leading wildcard does not match topics that begin with $ [MQTT-4.7.2-1]. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  if (topic.charCodeAt(0) === DOLLAR && (wanted[0] === '+' || wanted[0] === '#')) return false
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true
    if (i >= levels.length) return false
    if (wanted[i] !== '+' && wanted[i] !== levels[i]) return false
  }
  return wanted.length === levels.length
}

export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#')
}

/** Whether it is `$SYS` or a topic under it, which no client may use. */
export function isSysTopic(topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && (topic === '$SYS' || topic.startsWith('$SYS/'))
}

/** Whether a bridge of mosquitto tells with it whether it is connected. */
export function isBridgeNotification(topic: string): boolean {
  return topic.startsWith('$SYS/broker/connection/')
}

const HASH = 35
const DOLLAR = 36
const PLUS = 43
const SLASH = 47
const DELETE = 127
const lastOfC0 = 31
const lastOfC1 = 159
