import { expect, it } from 'vitest'
import { applicationOwner, deviceOwner, parseSessionOwner, tokenOwner } from './session-ids.js'

it('reads back whose session it is, and nothing else', () => {
  expect(parseSessionOwner(deviceOwner(42))).toEqual({ kind: 'device', deviceKey: 42 })
  expect(parseSessionOwner(applicationOwner('a1'))).toEqual({ kind: 'application', id: 'a1' })
  for (const owner of [
    { kind: 'session', id: 's-1' },
    { kind: 'apiKey', id: 'hg_key_1' },
  ] as const)
    expect(parseSessionOwner(tokenOwner(owner))).toEqual(owner)
  for (const text of ['', 'device', 'device x', 'device -1', 'session', 'user ann'])
    expect(parseSessionOwner(text)).toBeNull()
})
