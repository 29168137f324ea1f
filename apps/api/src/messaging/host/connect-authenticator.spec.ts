import { describe, expect, it } from 'vitest'
import { isSessionOfDevice } from '../connections/session-ids.js'
import { mayUseClientId } from './connect-authenticator.js'

describe('mayUseClientId', () => {
  it.each([['pump'], ['pump:1'], ['pump:flow.meter']])(
    'lets the device pump use the client id %s',
    (clientId) => {
      expect(mayUseClientId('pump', clientId)).toBe(true)
    },
  )

  it.each([
    [''],
    ['pump2'],
    ['pum'],
    ['pump:'],
    ['pump:a/b'],
    ['pump:#'],
    ['other'],
    [`pump:${'x'.repeat(65)}`],
  ])('does not let the device pump use the client id %j', (clientId) => {
    expect(mayUseClientId('pump', clientId)).toBe(false)
  })
})

describe('isSessionOfDevice', () => {
  it('distinguishes a device’s sessions from those of devices with similar ids', () => {
    expect(isSessionOfDevice('acme/d/pump', 'acme', 'pump')).toBe(true)
    expect(isSessionOfDevice('acme/d/pump:1', 'acme', 'pump')).toBe(true)
    expect(isSessionOfDevice('acme/d/pump2', 'acme', 'pump')).toBe(false)
    expect(isSessionOfDevice('other/d/pump', 'acme', 'pump')).toBe(false)
    expect(isSessionOfDevice('acme/u/pump', 'acme', 'pump')).toBe(false)
  })
})
