import { describe, expect, it } from 'vitest'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { codeLimits, passwordLimits, SignInLimits } from './sign-in-limits.js'

let nowMs = 0
const from = (address: string, { browser = null as string | null, isKnown = false } = {}) => ({
  address,
  account: 'ada@example.com',
  browser,
  isKnownAddress: async () => isKnown,
})

/** How many attempts are let through until one is refused, and the refusal. */
async function exhaust(limits: SignInLimits, attempt: Parameters<SignInLimits['attempt']>[0]) {
  for (let count = 0; ; count += 1) {
    const refusal = await limits.attempt(attempt).catch((error: unknown) => error)
    if (refusal instanceof LimitError) return { count, refusal }
  }
}

/** Lets many addresses use up the limit of the account. */
async function attackFromManyAddresses(limits: SignInLimits) {
  for (let host = 1; host <= 10; host += 1) await exhaust(limits, from(`198.51.100.${host}`))
}

describe('SignInLimits', () => {
  it('does not let one address keep an account from other addresses, however long it tries', async () => {
    const limits = new SignInLimits(passwordLimits, () => nowMs)
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      nowMs += 60_000
      await exhaust(limits, from('203.0.113.1'))
    }
    expect((await exhaust(limits, from('203.0.113.2'))).count).toBe(10)
  })

  it('limits what many addresses try together, but neither known addresses nor known browsers', async () => {
    const limits = new SignInLimits(passwordLimits, () => nowMs)
    await attackFromManyAddresses(limits)
    const { count, refusal } = await exhaust(limits, from('192.0.2.1'))
    expect(count).toBe(0)
    expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 20 })
    expect(refusal.message).toMatch(/browser or a network in which you signed in before.*in 20 seconds\.$/)
    expect((await exhaust(limits, from('192.0.2.2', { isKnown: true }))).count).toBe(10)
    expect((await exhaust(limits, from('192.0.2.3', { browser: 'b' }))).count).toBe(10)
  })

  it('limits a known browser by itself, also from many addresses', async () => {
    const limits = new SignInLimits(passwordLimits, () => nowMs)
    const { count, refusal } = await exhaust(limits, from('192.0.2.1', { browser: 'b' }))
    expect(count).toBe(10)
    expect(refusal.message).toMatch(/in this browser\. Try again in 60 seconds\.$/)
    expect((await exhaust(limits, from('192.0.2.2', { browser: 'b' }))).count).toBe(0)
    nowMs += 60_000
    expect((await exhaust(limits, from('192.0.2.2', { browser: 'b' }))).count).toBe(1)
  })

  it('does not count what a refused attempt took from other limits', async () => {
    const limits = new SignInLimits(passwordLimits, () => nowMs)
    const { count } = await exhaust(limits, from('192.0.2.1'))
    expect(count).toBe(10)
    await attackFromManyAddresses(limits)
    const other = { ...from('192.0.2.1'), account: 'eve@example.com' }
    expect((await exhaust(limits, other)).count).toBe(10)
  })

  it('lets few codes of one account be tried, from however many addresses, and never holds up a known browser', async () => {
    const limits = new SignInLimits(codeLimits, () => nowMs)
    let tried = 0
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      nowMs += 60_000
      tried += (await exhaust(limits, from(`198.51.${minute % 7}.${minute % 251}`))).count
    }
    expect(tried).toBeLessThanOrEqual(10 + 24 * 6)
    const { refusal } = await exhaust(limits, from('192.0.2.1'))
    expect(refusal.message).toMatch(/too many wrong codes.*many addresses.*in \d+ (minutes|seconds)\.$/)
    expect((await exhaust(limits, from('192.0.2.2', { isKnown: true }))).count).toBe(5)
    expect((await exhaust(limits, from('192.0.2.3', { browser: 'b' }))).count).toBe(5)
  })
})
