import { describe, expect, it } from 'vitest'
import { originText } from './origin'

describe('originText', () => {
  it('says the most that is left out by any chart in sight', () => {
    const raw = { resolution: 'raw', thinned: false } as const
    expect(originText([raw, null])).toBe('')
    expect(originText([raw, { resolution: 'raw', thinned: true }])).toMatch(/pixel/)
    expect(
      originText([
        { resolution: 'hour', thinned: true },
        { resolution: 'minute', thinned: true },
      ]),
    ).toMatch(/hour/)
    expect(originText([raw, { resolution: 'minute', thinned: true }])).toMatch(/minute/)
  })
})
