import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  filterContains,
  filterMatches,
  filterProblem,
  levelsOverlap,
  topicProblem,
  unsharedFilter,
} from './topic.js'

/** Section 4.7 of MQTT 3.1.1, level by level, written as plainly as possible. */
function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const match = (filterLevels: string[], topicLevels: string[]): boolean => {
    const [first, ...rest] = filterLevels
    if (first === undefined) return topicLevels.length === 0
    // "#" takes the parent level too, so it may find nothing left.
    if (first === '#') return true
    const [level, ...below] = topicLevels
    return level !== undefined && (first === '+' || first === level) && match(rest, below)
  }
  return match(filter.split('/'), topic.split('/'))
}

function combinations(alphabet: string[], maximumLevels: number): string[] {
  let longest: string[][] = [[]]
  const all: string[][] = []
  for (let length = 1; length <= maximumLevels; length += 1) {
    longest = longest.flatMap((levels) => alphabet.map((level) => [...levels, level]))
    all.push(...longest)
  }
  return all.map((levels) => levels.join('/'))
}

// 'z' stands for every level that no filter names: without it, a filter of names could look like '+'.
const topics = combinations(['', 'a', 'b', '$SYS', 'z'], 4).filter((topic) => topic !== '')
const filters = combinations(['', 'a', 'b', '$SYS', '+', '#'], 3).filter(
  (filter) => filterProblem(filter) === null,
)

describe('topicProblem and filterProblem', () => {
  it.each(['a', '/', 'a//b', '$SYS/x', 'ü/😀', ' '])('take the topic %j', (topic) => {
    expect(topicProblem(topic)).toBeNull()
    expect(filterProblem(topic)).toBeNull()
  })

  it.each(['', 'a/+', '#', 'a+b', 'a\0', 'x'.repeat(65_536), 'ü'.repeat(33_000)])(
    'refuse the topic %.10j',
    (topic) => {
      expect(topicProblem(topic)).not.toBeNull()
    },
  )

  it.each(['+', '#', '+/+', 'a/#', '+/a/#', '/#'])('take the filter %j', (filter) => {
    expect(filterProblem(filter)).toBeNull()
  })

  it.each(['', 'a#', 'a/#/b', '##', '#/', 'a+/b', '++', '\0'])('refuse the filter %j', (filter) => {
    expect(filterProblem(filter)).not.toBeNull()
  })

  it('measures a topic in bytes', () => {
    expect(topicProblem('x'.repeat(65_535))).toBeNull()
    expect(topicProblem('😀'.repeat(16_384))).toMatch(/at most 65535 bytes/)
  })
})

describe('filterMatches', () => {
  it('agrees with the specification for every filter and topic of a small world', () => {
    for (const filter of filters) {
      for (const topic of topics) {
        if (filterMatches(filter, topic) !== matches(filter, topic))
          expect.fail(`${filter} and ${topic}: not ${matches(filter, topic)}`)
      }
    }
  })
})

describe('filterContains', () => {
  const matched = new Map(
    filters.map((filter) => [filter, new Set(topics.filter((topic) => matches(filter, topic)))]),
  )

  it('is exact: true if and only if every topic of the inner one is one of the outer', () => {
    for (const outer of filters) {
      for (const inner of filters) {
        const expected = [...(matched.get(inner) ?? [])].every((topic) => matched.get(outer)?.has(topic))
        if (filterContains(outer, inner) !== expected) expect.fail(`${outer} ⊇ ${inner}: not ${expected}`)
      }
    }
  })

  it('never contains a filter with a topic outside, for filters of any depth', () => {
    const level = fc.constantFrom('', 'a', 'b', '$SYS', '+', 'ü')
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 6 }), fc.boolean())
      .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'))
      .filter((text) => filterProblem(text) === null)
    const topic = fc
      .array(fc.constantFrom('', 'a', 'b', '$SYS', 'ü', 'z'), { minLength: 1, maxLength: 8 })
      .map((levels) => levels.join('/'))
      .filter((text) => text !== '')
    fc.assert(
      fc.property(filter, filter, topic, (outer, inner, name) => {
        fc.pre(matches(inner, name))
        if (filterContains(outer, inner)) expect(matches(outer, name)).toBe(true)
        if (!matches(outer, name)) expect(filterContains(outer, inner)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('contains itself, for any name', () => {
    for (const filter of [...filters, 'constructor', '__proto__', 'toString'])
      expect(filterContains(filter, filter)).toBe(true)
  })
})

describe('levelsOverlap', () => {
  it('says of all pairs of short filters what trying all topics says', () => {
    const topics = combinations(['a', 'b', 'c'], 4)
    const filters = combinations(['a', 'b', '+'], 3).flatMap((filter) => [filter, `${filter}/#`])
    for (const one of filters) {
      for (const other of filters) {
        const both = topics.some((topic) => matches(one, topic) && matches(other, topic))
        expect([one, other, levelsOverlap(one.split('/'), other.split('/'))]).toEqual([one, other, both])
      }
    }
  })
})

describe('unsharedFilter', () => {
  it.each([
    ['a/b', 'a/b'],
    ['$share/g/a/#', 'a/#'],
    ['$share/g/', ''],
    ['$share/g', null],
    ['$share//a', null],
    ['$share/+/a', null],
    ['$shared/g/a', '$shared/g/a'],
  ])('%j gives %j', (filter, expected) => {
    expect(unsharedFilter(filter)).toBe(expected)
  })
})
