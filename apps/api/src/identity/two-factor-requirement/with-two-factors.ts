import type { SignInMethod } from './sign-in-method.js'

/** Each of these is more than a password. A code of an app is not among them: whoever turns that off gives it up at once. */
const methods: readonly SignInMethod[] = ['passkey', 'openIdConnect']

/** A condition in SQL: whether a sign-in session, of the person with the row `person`, began with two factors. */
export function withTwoFactorsSql(person: string, session: string): string {
  const list = methods.map((method) => `'${method}'`).join(', ')
  return `(${person}.two_factor_enabled OR COALESCE(${session}.method IN (${list}), false))`
}
