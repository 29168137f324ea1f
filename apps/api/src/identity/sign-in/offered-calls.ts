import { Name, Password } from '@heliograph/protocol'
import { z } from 'zod'
import { passwordProblem } from '../passwords/password-problem.js'

interface OfferedCall {
  method: 'GET' | 'POST'
  body: z.ZodType<Record<string, unknown>>
}

const NewPassword = Password.superRefine((password, { addIssue }) => {
  const message = passwordProblem(password)
  if (message !== null) addIssue(message)
})
const Nothing = z.object({})
const post = (body: OfferedCall['body']): OfferedCall => ({ method: 'POST', body })

/** The calls of better-auth that the platform offers, with the fields that are passed on. All other calls are refused. */
export const offeredCalls: ReadonlyMap<string, OfferedCall> = new Map([
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
  [
    '/api/auth/change-password',
    post(
      z.object({
        currentPassword: z.string().max(1_024),
        newPassword: NewPassword,
        // With it, better-auth ends all sessions of the person and answers with a new one for this caller.
        revokeOtherSessions: z.boolean().default(true),
      }),
    ),
  ],
  ['/api/auth/update-user', post(z.object({ name: Name }))],
])
