import { describe, expect, it } from 'vitest'
import { joinLines } from './join-lines'

const line = (times: number[], values: (number | null)[]) => ({ times, values, thinned: false })

describe('joinLines', () => {
  it('gives each line a value at its own times only, and keeps what breaks it', () => {
    expect(joinLines([line([1, 3, 5], [10, null, 30]), line([2, 3], [7, 8])])).toEqual([
      [1, 2, 3, 5],
      [10, undefined, null, 30],
      [undefined, 7, 8, undefined],
    ])
  })

  it('leaves a single line as it is, and none as nothing', () => {
    expect(joinLines([line([1], [2])])).toEqual([[1], [2]])
    expect(joinLines([])).toEqual([[]])
  })
})
