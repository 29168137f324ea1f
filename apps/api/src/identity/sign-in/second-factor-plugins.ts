import { passkey } from '@better-auth/passkey'
import { APIError } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins/two-factor'

/** For so long a sign-in waits for the code of its second step. */
export const secondStepSeconds = 300

/**
 * Codes of an authenticator app (TOTP, RFC 6238) and recovery codes. better-auth's own lock of an account is off, because it
 * lets whoever has the password lock its owner out: limits of codes are ours (sign-in-limits.ts).
 */
export function authenticatorApp() {
  return twoFactor({
    issuer: 'Heliograph',
    twoFactorCookieMaxAge: secondStepSeconds,
    accountLockout: { enabled: false },
    backupCodeOptions: { amount: 10, storeBackupCodes: 'encrypted' },
  })
}

/** The name of a host for which passkeys are made, and the origin of its pages. */
export interface PasskeyHost {
  host: string
  origin: string
}

/**
 * Passkeys work at names, not at addresses (WebAuthn Level 3, 5.1.2): at PUBLIC_URL, and without it at localhost alone, where
 * alone a browser trusts pages without TLS.
 */
export function passkeyHost(publicUrl: string | null, port: number): PasskeyHost {
  const url = new URL(publicUrl ?? `http://localhost:${port}`)
  const host = ['127.0.0.1', '[::1]'].includes(url.hostname) ? 'localhost' : url.hostname
  url.hostname = host
  return { host, origin: url.origin }
}

/** Passkeys (WebAuthn). Each proves the person too, by PIN or finger, so that one alone is enough to sign in. */
export function passkeys({ host, origin }: PasskeyHost, assertRoom: (userId: string) => Promise<void>) {
  return passkey({
    rpID: host,
    rpName: 'Heliograph',
    origin,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    registration: {
      afterVerification: async ({ verification, user }) => {
        assertUserVerified(verification.registrationInfo?.userVerified)
        await assertRoom(user.id)
      },
    },
    authentication: {
      afterVerification: async ({ verification }) =>
        assertUserVerified(verification.authenticationInfo.userVerified),
    },
  })
}

function assertUserVerified(verified: boolean | undefined): void {
  if (verified === true) return
  throw new APIError('FORBIDDEN', {
    code: 'PASSKEY_WITHOUT_VERIFICATION',
    message: 'Your passkey did not ask for a PIN, a finger or a face. Use one that does.',
  })
}
