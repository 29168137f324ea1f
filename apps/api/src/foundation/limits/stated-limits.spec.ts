import { describe, expect, it } from 'vitest'
import { LimitSet } from './stated-limits.js'

const tanks = new LimitSet('tanks', 'Tanks', {
  litres: { default: 10, unit: 'count', per: 'owner', text: 'litres', past: 'it overflows' },
  bytes: { default: 20, unit: 'bytes', per: 'platform', text: 'bytes', past: 'they are lost' },
})

describe('LimitSet', () => {
  it('has the defaults where nothing is given', () => {
    expect(tanks.values()).toEqual({ litres: 10, bytes: 20 })
  })

  it('takes those given for its area', () => {
    const given = new Map([
      ['tanks.litres', 5],
      ['cars.bytes', 7],
    ])
    expect(tanks.values(given)).toEqual({ litres: 5, bytes: 20 })
  })

  it('names its limits as the variable has them', () => {
    expect(tanks.names).toEqual(['tanks.litres', 'tanks.bytes'])
  })
})
