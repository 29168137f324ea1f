import { Name, Password } from '@heliograph/protocol'
import { z } from 'zod'
import { passwordProblem } from '../passwords/password-problem.js'

interface AuthCall {
  method: 'GET' | 'POST'
  body: z.ZodType<Record<string, unknown>>
}

const NewPassword = Password.superRefine((password, { addIssue }) => {
  const message = passwordProblem(password)
  if (message !== null) addIssue(message)
})
const Nothing = z.object({})
const get: AuthCall = { method: 'GET', body: Nothing }
const post = (body: AuthCall['body']): AuthCall => ({ method: 'POST', body })

/** Of all that better-auth can do, what we offer, and what may be sent to it. Fields that are not named go no further. */
export const authCalls: ReadonlyMap<string, AuthCall> = new Map([
  [
    '/api/auth/sign-in/email',
    post(
      z.object({
        email: z.string().max(254),
        password: z.string().max(1_024),
        rememberMe: z.boolean().optional(),
      }),
    ),
  ],
  ['/api/auth/sign-out', post(Nothing)],
  ['/api/auth/get-session', get],
  ['/api/auth/list-sessions', get],
  [
    '/api/auth/revoke-session',
    post(z.object({ token: z.string().regex(/^[\w.+/=-]{1,256}$/, 'is no token') })),
  ],
  ['/api/auth/revoke-sessions', post(Nothing)],
  ['/api/auth/revoke-other-sessions', post(Nothing)],
  [
    '/api/auth/change-password',
    post(
      z.object({
        currentPassword: z.string().max(1_024),
        newPassword: NewPassword,
        revokeOtherSessions: z.boolean().optional(),
      }),
    ),
  ],
  ['/api/auth/update-user', post(z.object({ name: Name }))],
])
