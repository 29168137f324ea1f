import type { AuditEntry } from '@heliograph/protocol'
import { signInMethodText } from '@/lib/sign-in-method-text'

/** What happened to the account, for its owner. */
const texts: Partial<Record<string, string>> = {
  'person.signOut': 'Signed out',
  'person.changePassword': 'Password changed',
  'person.resetLink': 'Link for a new password made',
  'person.resetPassword': 'New password set by a link',
  'person.changeEmail': 'E-mail address changed',
  'person.update': 'Name changed',
  'person.enableTwoFactor': 'Two-factor turned on',
  'person.disableTwoFactor': 'Two-factor turned off',
  'person.renewRecoveryCodes': 'New recovery codes made',
  'person.addPasskey': 'Passkey added',
  'person.removePasskey': 'Passkey removed',
  'person.connectProvider': 'Account connected to the OpenID provider',
  'person.disconnectProvider': 'Account disconnected from the OpenID provider',
}

export interface ActivityText {
  what: string
  /** Whether somebody may have tried to get in. */
  refused: boolean
  /** From where, as far as it is known. */
  addresses: string[]
}

export function activityText({ action, detail, address }: AuditEntry): ActivityText {
  const method = signInMethodText(detail?.method)
  const addresses = address === null ? [] : [address]
  switch (action) {
    case 'person.signIn':
      return { what: `Signed in by ${method}`, refused: false, addresses }
    case 'person.signInRefused': {
      const attempts = Number(detail?.attempts) || 1
      const what = attempts === 1 ? 'Sign-in refused' : `${attempts.toLocaleString('en')} sign-ins refused`
      return { what: `${what}, by ${method}`, refused: true, addresses: addressesOf(detail?.addresses) }
    }
    case 'person.endSessions': {
      const sessions = Array.isArray(detail?.sessions) ? detail.sessions.length : 1
      return {
        what: sessions === 1 ? 'One session ended' : `${sessions} sessions ended`,
        refused: false,
        addresses,
      }
    }
    default:
      return { what: texts[action] ?? action, refused: false, addresses }
  }
}

function addressesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : []
}
