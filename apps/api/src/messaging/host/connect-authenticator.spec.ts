import { describe, expect, it } from 'vitest'
import { isSessionOfDevice } from '../connections/session-ids.js'
import { deviceResult, mayUseClientId } from './connect-authenticator.js'

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

describe('deviceResult', () => {
  const device = {
    organizationId: 1,
    organizationSlug: 'acme',
    deviceKey: 2,
    deviceId: 'pump',
    credentialId: 'credential',
    expiresAt: null,
  }

  it('gives a client without a client id the device’s id and a suffix, another each time', () => {
    const [first, second] = [deviceResult('', { ok: true, device }), deviceResult('', { ok: true, device })]
    expect(first).toMatchObject({ ok: true, clientId: expect.stringMatching(/^pump:auto-[0-9a-f]{12}$/) })
    expect(first).toMatchObject({ sessionId: expect.stringMatching(/^acme\/d\/pump:auto-/) })
    expect(first).not.toEqual(second)
  })
})
