import { expect, it } from 'vitest'
import { isolatedPoints } from './isolated'

it.each([
  ['none in a line', [1, 2, 3], []],
  ['one between two breaks', [1, 2, null, 7, null, 3, 4], [3]],
  ['one at each end', [7, null, 1, 2, null, 7], [0, 5]],
  ['one alone', [7], [0]],
  ['one among times of other lines', [1, undefined, 2, null, undefined, 7, undefined, null, 3, 4], [5]],
  ['none where other lines lie between', [1, undefined, 2, undefined, 3], []],
])('finds %s', (_, values, found) => {
  expect(isolatedPoints(values, 0, values.length - 1)).toEqual(found)
})

it('looks beyond the range for what a line leads to', () => {
  expect(isolatedPoints([1, 2, 3], 1, 1)).toEqual([])
})
