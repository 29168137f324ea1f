import { describe, expect, it } from 'vitest'
import { Lru } from './lru.js'

describe('Lru', () => {
  it('forgets what was used longest ago', () => {
    const lru = new Lru<string, number>(2)
    lru.set('a', 1)
    lru.set('b', 2)
    expect(lru.get('a')).toBe(1)
    expect(lru.set('c', 3)).toEqual({ key: 'b', value: 2 })
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3])
  })

  it('takes a value anew without losing another', () => {
    const lru = new Lru<string, number>(2)
    lru.set('a', 1)
    lru.set('b', 2)
    expect(lru.set('a', 3)).toBeNull()
    lru.delete('b')
    expect([lru.get('a'), lru.has('b')]).toEqual([3, false])
  })
})
