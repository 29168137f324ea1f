/** @typedef {import('./random.mjs').Random} Random */

/** Not UTF-8: overlong, surrogate halves, beyond U+10FFFF, cut short, lone continuation. */
const badUtf8 = ['c080', 'eda080', 'edbfbf', 'f4908080', 'e282', '80', 'ff', 'f8888080', '61c1bf62']

const goodTopics = ['a', 'a/b', 'a/b/c', 'b', 'b//c', '/', '//', ' ', '$x', '$x/y', 'ä/🌞', '\ufeff']
const ruledTopics = ['slow/a', 'later/a', 'drop/a', 'denied/a', '$secret/a', '$SYS/a', 'witness/tcp/1']
const failingTopics = ['throw/a', 'reject/a', 'nonsense/a', 'hang/a', 'throwing-rule/a']
const badTopics = ['', '+', '#', 'a/+', 'a#', 'a\0b', '\0', 'a\u0001b', '\u009f']

const goodFilters = [
  'a',
  'a/b',
  'a/#',
  'a/+',
  '+/b',
  '+',
  '#',
  '+/+/#',
  '/',
  '$x/#',
  'slow/#',
  'ä/+',
  'later/+',
]
const ruledFilters = ['$SYS/#', '$SYS', '$secret/#', '$secret/+', '$share/g/a', '$share//a', '$share/+/a']
const badFilters = ['', 'a#', 'a+/b', '#/a', 'a/#/b', '++', 'a\0', '\0', 'a/b#']

/**
 * @param {Random} random
 * @param {number} malice from 0, all legal
 * @returns {Buffer}
 */
export function topic(random, malice) {
  if (random.chance(malice))
    return random.chance(0.5)
      ? Buffer.from(random.pick(badUtf8), 'hex')
      : Buffer.from(random.pick([...badTopics, ...extremeTopics(random)]))
  if (random.chance(malice / 4)) return Buffer.from(random.pick(failingTopics))
  return Buffer.from(random.pick(random.chance(0.15) ? ruledTopics : goodTopics))
}

/**
 * @param {Random} random
 * @param {number} malice
 * @returns {Buffer}
 */
export function filter(random, malice) {
  if (random.chance(malice))
    return random.chance(0.3)
      ? Buffer.from(random.pick(badUtf8), 'hex')
      : Buffer.from(random.pick([...badFilters, ...extremeTopics(random)]))
  return Buffer.from(random.pick(random.chance(0.2) ? ruledFilters : goodFilters))
}

/** Around the limits of length and depth. @param {Random} random */
function extremeTopics(random) {
  return [
    'x'.repeat(random.pick([1_023, 1_024, 1_025, 65_535])),
    '/'.repeat(random.pick([30, 31, 32, 33, 1_000])),
    'a/'.repeat(random.pick([15, 31, 32, 500])),
  ]
}

/** @param {Random} random */
export function payload(random) {
  const size = random.weighted([
    [3, 0],
    [10, random.between(1, 200)],
    [2, random.between(1_000, 9_000)],
    [0.5, 65_536],
    [0.2, random.between(262_100, 262_200)],
  ])
  return Buffer.alloc(size, random.between(0, 255))
}

/** Few ids, so that they meet again. @param {Random} random */
export function packetId(random) {
  return random.weighted([
    [10, random.between(1, 5)],
    [2, random.between(1, 65_535)],
    [1, 65_535],
  ])
}

/** @param {Random} random */
export const qos = (random) => random.between(0, 2)

/**
 * An id of this actor alone, or, to fight over, one that several have.
 * @param {Random} random
 * @param {string} own
 */
export function clientId(random, own) {
  return random.weighted([
    [6, own],
    [2, `shared-${random.between(1, 3)}`],
    [0.3, ''],
  ])
}
