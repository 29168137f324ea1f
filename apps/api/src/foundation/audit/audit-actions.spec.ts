import { describe, expect, it } from 'vitest'
import { auditFields, changesOf, listedFacts } from './audit-actions.js'

describe('listedFacts', () => {
  it('leaves out what is not listed for the action, such as a hash', () => {
    const row = { name: 'a key', secretHash: Buffer.from('x'), key: 'hg_key_secret' }
    expect(listedFacts('apiKey.create', row)).toBe('{"name":"a key"}')
    expect(listedFacts('apiKey.create', { key: 'hg_key_secret' })).toBeNull()
    expect(listedFacts('apiKey.create', undefined)).toBeNull()
  })

  it('lists nothing that sounds like a secret', () => {
    for (const field of Object.values(auditFields).flat())
      expect(field).not.toMatch(/secret|password|token|hash|^key$/i)
  })
})

describe('changesOf', () => {
  it('has each field that differs, as it was and as it is', () => {
    const before = { name: 'Pump', type: null as string | null, tags: ['a'] }
    expect(changesOf(before, { name: 'Pump', type: 'pump', tags: ['a', 'b'] })).toEqual({
      before: { type: null, tags: ['a'] },
      after: { type: 'pump', tags: ['a', 'b'] },
    })
    expect(changesOf(before, { name: undefined, tags: ['a'] })).toEqual({ before: {}, after: {} })
  })
})
