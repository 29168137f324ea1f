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
  it('distinguishes a device’s sessions from those of others', () => {
    expect(isSessionOfDevice('acme/d/7/pump', 'acme', 7)).toBe(true)
    expect(isSessionOfDevice('acme/d/7/pump:1', 'acme', 7)).toBe(true)
    expect(isSessionOfDevice('acme/d/77/pump', 'acme', 7)).toBe(false)
    expect(isSessionOfDevice('other/d/7/pump', 'acme', 7)).toBe(false)
    expect(isSessionOfDevice('acme/u/7/pump', 'acme', 7)).toBe(false)
  })
})

describe('deviceResult', () => {
  const sessionOf = (deviceKey: number, deviceId: string, clientId: string) => {
    const result = deviceResult(clientId, { ok: true, device: { ...device, deviceKey, deviceId } })
    return result.ok ? result.sessionId : null
  }

  it('lets an id hold colons, and gives no two devices one session', () => {
    expect(sessionOf(1, 'AA:BB', 'AA:BB')).not.toBeNull()
    expect(sessionOf(1, 'AA:BB', 'AA:BB:x')).not.toBeNull()
    expect(sessionOf(1, 'AA:BB', 'AA')).toBeNull()
    expect(sessionOf(1, 'a', 'a:b')).not.toBe(sessionOf(2, 'a:b', 'a:b'))
  })

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
    expect(first).toMatchObject({ sessionId: expect.stringMatching(/^acme\/d\/2\/pump:auto-/) })
    expect(first).not.toEqual(second)
  })
})
