import { describe, expect, it } from 'vitest'
import { safeReturnPath } from './paths'

describe('safeReturnPath', () => {
  it('keeps a page of this site', () => {
    expect(safeReturnPath('/o/acme/devices?status=quiet')).toBe('/o/acme/devices?status=quiet')
  })

  it.each([
    null,
    '',
    'devices',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'javascript:alert(1)',
  ])('goes home instead of to %j', (wanted) => {
    expect(safeReturnPath(wanted)).toBe('/')
  })
})
