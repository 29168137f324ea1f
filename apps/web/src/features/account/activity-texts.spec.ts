import type { AuditEntry } from '@heliograph/protocol'
import { expect, it } from 'vitest'
import { activityText } from './activity-texts'

const entry = (action: string, detail: AuditEntry['detail'] = null) =>
  ({ action, detail, address: '192.0.2.7' }) as AuditEntry

it.each([
  [entry('person.signIn', { method: 'passkey' }), 'Signed in by passkey', false, ['192.0.2.7']],
  [
    entry('person.signInRefused', { method: 'password', attempts: 1, addresses: ['192.0.2.8'] }),
    'Sign-in refused, by password',
    true,
    ['192.0.2.8'],
  ],
  [
    entry('person.signInRefused', { method: 'recoveryCode', attempts: 1_200, addresses: ['a', 'b'] }),
    '1,200 sign-ins refused, by password and recovery code',
    true,
    ['a', 'b'],
  ],
  [entry('person.endSessions', { sessions: ['x', 'y'] }), '2 sessions ended', false, ['192.0.2.7']],
  [entry('person.changePassword', { endedSessions: 1 }), 'Password changed', false, ['192.0.2.7']],
  [entry('person.flyToTheMoon'), 'person.flyToTheMoon', false, ['192.0.2.7']],
])('%j', (given, what, refused, addresses) => {
  expect(activityText(given)).toEqual({ what, refused, addresses })
})
