import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { filterMatches } from '../packets/topic.js'
import { TopicTree } from './topic-tree.js'

const level = fc.constantFrom('a', 'b', '', '$x')
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))

describe('TopicTree', () => {
  it('finds what comparing each filter finds, after any adding and removing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 20 }), topic, (steps, name) => {
        const tree = new TopicTree<string>()
        const all = new Set<string>()
        for (const [one, adds] of steps) {
          if (adds) tree.add(one, one)
          else tree.remove(one, one)
          if (adds) all.add(one)
          else all.delete(one)
        }
        const found: string[] = []
        tree.match(name, (value) => found.push(value))
        expect(found.sort()).toEqual([...all].filter((one) => filterMatches(one, name)).sort())
        expect(tree.size).toBe(all.size)
      }),
      { numRuns: 1_000 },
    )
  })
})

it('looks at what a topic can match, not at a hundred thousand subscriptions of others', () => {
  const tree = new TopicTree<number>()
  for (let i = 0; i < 100_000; i++) tree.add(i % 2 ? `org-${i}/devices/+/telemetry` : `org-${i}/#`, i)
  const lookUps = vi.spyOn(Map.prototype, 'get')
  const found: number[] = []
  tree.match('org-7/devices/pump/telemetry', (value) => found.push(value))
  const count = lookUps.mock.calls.length
  lookUps.mockRestore()
  expect(found).toEqual([7])
  expect(count).toBeLessThan(20)
})
