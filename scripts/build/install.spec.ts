import { describe, expect, it } from 'vitest'
import { isInstalled, missingPackages } from './install.mjs'

const wanted = {
  '': { version: '1.0.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-windows': { version: '1.0.0', optional: true },
  'node_modules/@scope/own': { link: true },
  'packages/own': { version: '1.0.0' },
}

describe('missingPackages', () => {
  it('is empty when all is there but what is for other systems', () => {
    const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/@scope/own': { link: true } }
    expect(missingPackages(wanted, installed)).toEqual([])
  })

  it('names what is absent, of another version, or no link', () => {
    expect(missingPackages(wanted, {})).toEqual(['node_modules/a', 'node_modules/@scope/own'])
    const installed = {
      'node_modules/a': { version: '1.0.1' },
      'node_modules/@scope/own': { version: '1.0.0' },
    }
    expect(missingPackages(wanted, installed)).toEqual(['node_modules/a', 'node_modules/@scope/own'])
  })
})

describe('isInstalled', () => {
  it('says so of the directory in which this test runs', () => {
    expect(isInstalled()).toBe(true)
  })
})
