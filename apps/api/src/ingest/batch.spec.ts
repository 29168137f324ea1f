import { describe, expect, it } from 'vitest'
import { batchRows } from './batch.js'

const keyIds = new Map([
  ['a', 1],
  ['b', 2],
])
const sample = (key: string, tsUs: number, number: number) => ({ key, tsUs, number, json: null })

describe('batchRows', () => {
  it('collapses samples of the same device, key and time: the last wins', () => {
    const rows = batchRows(
      [
        { deviceKey: 1, samples: [sample('a', 5, 1), sample('a', 5, 2)] },
        { deviceKey: 1, samples: [sample('a', 5, 3)] },
        { deviceKey: 2, samples: [sample('a', 5, 4)] },
      ],
      keyIds,
    )
    expect(rows.map(({ deviceKey, number }) => [deviceKey, number])).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  it('sorts by device, key and time, and marks the newest of each device and key', () => {
    const rows = batchRows(
      [
        { deviceKey: 2, samples: [sample('a', 9, 1)] },
        { deviceKey: 1, samples: [sample('b', 7, 2), sample('a', 8, 3), sample('a', 6, 4)] },
      ],
      keyIds,
    )
    expect(rows.map(({ deviceKey, keyId, tsUs, newest }) => [deviceKey, keyId, tsUs, newest])).toEqual([
      [1, 1, 6, false],
      [1, 1, 8, true],
      [1, 2, 7, true],
      [2, 1, 9, true],
    ])
  })
})
