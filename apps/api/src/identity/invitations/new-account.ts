import type { AcceptInvitation } from '@heliograph/protocol'
import { type FieldError, InvalidError } from '../../foundation/errors/domain-errors.js'
import { passwordProblem } from '../passwords/password-problem.js'
import type { FoundInvitation } from './invitation-lookup.js'

export interface NewAccount {
  name: string
  email: string
  password: string
}

/** The account that somebody makes to accept an invitation. Throws an InvalidError that names what is missing or wrong. */
export function newAccountOf(
  input: AcceptInvitation,
  { email: invited, organization }: Pick<FoundInvitation, 'email' | 'organization'>,
): NewAccount {
  const { name, email = invited ?? undefined, password } = input
  if (name === undefined || email === undefined || password === undefined)
    throw missing({ name, email, password })
  if (invited !== null && email.toLowerCase() !== invited)
    throw invalid('email', `must be ${invited}: the invitation is for this address`)
  const problem = passwordProblem(password, [name, email, organization.name, organization.slug])
  if (problem !== null) throw invalid('password', problem, 'password_weak')
  return { name, email: email.toLowerCase(), password }
}

function missing(fields: Record<string, string | undefined>): InvalidError {
  const errors = Object.entries(fields).flatMap(([path, value]): FieldError[] =>
    value === undefined ? [{ path, message: 'is required for a new account' }] : [],
  )
  return new InvalidError('Sign in, or send name, email and password of a new account.', 'invalid', errors)
}

function invalid(path: string, message: string, code = 'invalid'): InvalidError {
  return new InvalidError(`${path}: ${message}`, code, [{ path, message }])
}
