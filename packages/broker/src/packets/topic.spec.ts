import { describe, expect, it } from 'vitest'
import { filterMatches, filterProblem, isSysTopic, readUtf8, topicProblem } from './topic.js'

describe('filterMatches', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['+', '/a', false],
    ['+/+', '/a', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/b', 'a/b/c', false],
  ])('%s on %s: %s', (filter, topic, matches) => {
    expect(filterMatches(filter, topic)).toBe(matches)
  })
})

describe('problems', () => {
  it.each(['a#', '#/a', 'a/#/b', 'a+', '+a/b', 'a\0', '', 'a/b/c/d'])('filter %j', (filter) => {
    expect(filterProblem(filter, 3)).not.toBeNull()
  })

  it.each(['#', '+', '/', 'a/+/#', '+/+', '//#'])('no problem: filter %s', (filter) => {
    expect(filterProblem(filter, 3)).toBeNull()
  })

  it.each(['', 'a/+', '#', 'a\0b', 'a/b/c/d'])('topic %j', (topic) => {
    expect(topicProblem(topic, 3)).not.toBeNull()
  })

  it.each([[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [97, 0]])('UTF-8 of bytes %s', (...bytes) => {
    expect(readUtf8(Buffer.from(bytes), 0, bytes.length)).toBeNull()
  })
})

it('knows $SYS from its likes', () => {
  expect(['$SYS', '$SYS/a', '$SYSTEM', 'SYS', '$'].map(isSysTopic)).toEqual([true, true, false, false, false])
})
