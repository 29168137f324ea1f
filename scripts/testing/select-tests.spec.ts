import { expect, it } from 'vitest'
import { escapePattern } from './select-tests.mjs'

it.each(['kill -9 (again)', 'a.b*c?', '[x] | {y}', 'C:\\dir', '^start$'])(
  'a name with special characters matches itself: %s',
  (name) => {
    const pattern = new RegExp(escapePattern(name))
    expect(pattern.test(`before ${name} after`)).toBe(true)
    expect(pattern.test('something else')).toBe(false)
  },
)
