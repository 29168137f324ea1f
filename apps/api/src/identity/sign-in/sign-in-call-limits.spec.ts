import { expect, it } from 'vitest'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { SignInCallLimits } from './sign-in-call-limits.js'

it('limits calls of sign-in for each address, and those that begin one more narrowly', () => {
  const limits = new SignInCallLimits({ limits: new Map([['signInCalls.startsPerAddress', 2]]) })
  const start = (address: string) => () => limits.count(address, { isStart: true })
  start('192.0.2.1')()
  start('192.0.2.1')()
  expect(start('192.0.2.1')).toThrow(LimitError)
  expect(start('192.0.2.1')).toThrow(/from your address\. Try again in (a second|\d+ seconds)\.$/)
  expect(start('192.0.2.2')).not.toThrow()
  expect(() => limits.count('192.0.2.1', { isStart: false })).not.toThrow()
})
