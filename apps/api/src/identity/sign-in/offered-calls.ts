import { Name, Password } from '@heliograph/protocol'
import { z } from 'zod'
import type { PersonAction } from '../account-links/person-audit.js'
import { openIdProviderId } from '../openid-connect/openid-provider.js'
import { passwordProblem } from '../passwords/password-problem.js'

export interface OfferedCall {
  method: 'GET' | 'POST'
  body: z.ZodType<Record<string, unknown>>
  /** What the body proves, so that it is counted as an attempt: who signs in by a password, who is signed in, or a second step. */
  proves?: 'password' | 'own password' | 'code'
  /** better-auth does not look at the password of this call, so that it is checked before. */
  checksPassword?: true
  /** What the audit says of a call that proves the own password. */
  audits?: PersonAction
}

const NewPassword = Password.superRefine((password, { addIssue }) => {
  const message = passwordProblem(password)
  if (message !== null) addIssue(message)
})
const Nothing = z.object({})
const GivenPassword = z.string().max(1_024)
const RecoveryCode = z.string().trim().min(1, 'must not be empty').max(32)
const AppCode = z
  .string()
  .transform((code) => code.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'must be the six digits that the app shows'))
/** What the browser answers for a passkey. Whether it is right is better-auth's to say. */
const Credential = z.looseObject({ id: z.string().max(2_048), response: z.looseObject({}) })
/** A page of ours to come back to. */
const OwnPath = z
  .string()
  .max(512)
  .regex(/^\/(?![/\\])[^\\\s]*$/, 'must be a path of the platform')
const get: OfferedCall = { method: 'GET', body: Nothing }
const post = (body: OfferedCall['body'], more: Partial<OfferedCall> = {}): OfferedCall => ({
  method: 'POST',
  body,
  ...more,
})

/** The page that is told when the provider refuses, and by which provider, which are not the client's to choose. */
function byProvider(errorCallbackURL: string) {
  return ({ callbackURL }: { callbackURL: string }) => ({
    provider: openIdProviderId,
    callbackURL,
    errorCallbackURL,
  })
}

/** The calls of better-auth that the platform offers, with the fields that are passed on. All other calls are refused. */
export const offeredCalls: ReadonlyMap<string, OfferedCall> = new Map([
  [
    '/api/auth/sign-in/email',
    post(
      z.object({
        email: z.string().max(254),
        password: GivenPassword,
        rememberMe: z.boolean().optional(),
      }),
      { proves: 'password' },
    ),
  ],
  ['/api/auth/two-factor/enable', post(z.object({ password: GivenPassword }), { proves: 'own password' })],
  [
    '/api/auth/two-factor/disable',
    post(z.object({ password: GivenPassword }), {
      proves: 'own password',
      audits: 'person.disableTwoFactor',
    }),
  ],
  [
    '/api/auth/two-factor/generate-backup-codes',
    post(z.object({ password: GivenPassword }), {
      proves: 'own password',
      audits: 'person.renewRecoveryCodes',
    }),
  ],
  ['/api/auth/two-factor/verify-totp', post(z.object({ code: AppCode }), { proves: 'code' })],
  ['/api/auth/two-factor/verify-backup-code', post(z.object({ code: RecoveryCode }), { proves: 'code' })],
  ['/api/auth/passkey/generate-register-options', get],
  [
    '/api/auth/passkey/verify-registration',
    post(z.object({ response: Credential, name: Name, password: GivenPassword.optional() }), {
      proves: 'own password',
      checksPassword: true,
      audits: 'person.addPasskey',
    }),
  ],
  ['/api/auth/passkey/generate-authenticate-options', get],
  ['/api/auth/passkey/verify-authentication', post(z.object({ response: Credential }))],
  ['/api/auth/sign-in/social', post(z.object({ callbackURL: OwnPath }).transform(byProvider('/sign-in')))],
  ['/api/auth/link-social', post(z.object({ callbackURL: OwnPath }).transform(byProvider('/account')))],
  [`/api/auth/callback/${openIdProviderId}`, get],
  ['/api/auth/sign-out', post(Nothing)],
  [
    '/api/auth/change-password',
    post(
      z.object({
        currentPassword: z.string().max(1_024),
        newPassword: NewPassword,
        // With it, better-auth ends all sessions of the person and answers with a new one for this caller.
        revokeOtherSessions: z.boolean().default(true),
      }),
      { proves: 'own password' },
    ),
  ],
  ['/api/auth/update-user', post(z.object({ name: Name }))],
])
