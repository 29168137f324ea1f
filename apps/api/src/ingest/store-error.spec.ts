import { describe, expect, it } from 'vitest'
import { storeFailure } from './store-error.js'

describe('storeFailure', () => {
  it.each([
    ['22P05', 'data'],
    ['23514', 'data'],
    ['54000', 'data'],
    ['23503', 'race'],
    ['40P01', 'race'],
    ['57P01', 'away'],
    ['53100', 'away'],
    ['42P01', 'away'],
    ['ECONNREFUSED', 'away'],
  ])('%s means %s', (code, meaning) => {
    expect(storeFailure(Object.assign(new Error(), { code }))).toBe(meaning)
  })

  it('takes whatever else for the database being away', () => {
    expect(storeFailure(new Error('Query read timeout'))).toBe('away')
    expect(storeFailure(undefined)).toBe('away')
  })
})
