import { describe, expect, it } from 'vitest'
import { awayReason, storeFailure } from './store-error.js'

describe('storeFailure', () => {
  it.each([
    ['22P05', 'data'],
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

  it('distinguishes a violated constraint from a missing partition', () => {
    const violation = Object.assign(new Error(), { code: '23514' })
    expect(storeFailure(violation)).toBe('race')
    expect(storeFailure(Object.assign(violation, { constraint: 'sample_check' }))).toBe('data')
  })

  it('treats every other error as the database being away', () => {
    expect(storeFailure(new Error('Query read timeout'))).toBe('away')
    expect(storeFailure(undefined)).toBe('away')
  })
})

it('awayReason names the cause, and repeats nothing of the database’s message', () => {
  const reason = (code: string) => awayReason(Object.assign(new Error('secret'), { code }))
  expect(reason('53100')).toBe('the disk of the database is full')
  expect(reason('25006')).toBe('the database is read-only')
  expect(reason('53300')).toBe('the database is out of resources')
  expect(reason('58030')).toBe('the database cannot read or write its files')
  expect(reason('ECONNREFUSED')).toBe('the database does not answer')
})
