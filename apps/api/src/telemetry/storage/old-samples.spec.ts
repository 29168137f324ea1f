import { expect, it } from 'vitest'
import { Columns } from '../samples/columns.js'
import { hasOldSamples } from './old-samples.js'

const nowMs = Date.UTC(2026, 10, 30)
const dayMs = 86_400_000

it.each([
  ['now', [0], false],
  ['within two weeks', [-13, 0], false],
  ['before them', [0, -15, 0], true],
  ['in the coming week', [6], false],
  ['after it', [8], true],
])('tells old samples: %s', (_, days, isOld) => {
  const columns = new Columns()
  columns.push('left from another message', 0, 1, null)
  columns.clear()
  for (const day of days) columns.push('a', (nowMs + day * dayMs) * 1_000, 1, null)
  expect(hasOldSamples(columns, nowMs)).toBe(isOld)
})
