import { expect, it } from 'vitest'
import { WorkAccounts } from './work-account.js'

it('halves each second, and outlasts the connections that used it', () => {
  const accounts = new WorkAccounts()
  const account = accounts.enter('acme')
  expect(accounts.enter('acme')).toBe(account)
  account.recentMs = 8
  accounts.decay(1_000)
  expect(account.recentMs).toBeCloseTo(4)
  accounts.leave('acme')
  accounts.leave('acme')
  accounts.decay(1_000)
  expect(accounts.enter('acme')).toBe(account)
  accounts.leave('acme')
  accounts.decay(10_000)
  expect(accounts.enter('acme')).not.toBe(account)
})
