import { describe, expect, it } from 'vitest'
import { mostGroups, SignInRefusals, windowsMs } from './sign-in-refusals.js'

const refused = (account = 'ada@example.com', address = '192.0.2.1') =>
  ({ account, method: 'password', address, userAgent: 'guess/1.0' }) as const

describe('SignInRefusals', () => {
  it('tells the first at once, then gathers those of ever longer windows', () => {
    const refusals = new SignInRefusals()
    let nowMs = 1_000
    for (const windowMs of [...windowsMs, windowsMs.at(-1) ?? 0]) {
      for (let n = 0; n < 1_000; n += 1) refusals.add(refused(), nowMs)
      if (windowMs > 0) expect(refusals.takeDue(nowMs + windowMs - 1)).toEqual([])
      nowMs += windowMs
      expect(refusals.takeDue(nowMs)).toMatchObject([{ attempts: 1_000, addresses: ['192.0.2.1'] }])
    }
  })

  it('begins anew after a window without any', () => {
    const refusals = new SignInRefusals()
    refusals.add(refused(), 0)
    refusals.takeDue(0)
    expect(refusals.takeDue(60_000)).toEqual([])
    expect(refusals.isEmpty).toBe(true)
    refusals.add(refused(), 60_001)
    expect(refusals.takeDue(60_001)).toMatchObject([{ attempts: 1, sinceMs: 60_001 }])
  })

  it('takes an address in capitals for the same account, and tells ways apart', () => {
    const refusals = new SignInRefusals()
    refusals.add(refused(' Ada@Example.com'), 0)
    refusals.add(refused('ada@example.com', '192.0.2.2'), 0)
    refusals.add({ ...refused(), method: 'recoveryCode' }, 0)
    expect(refusals.takeDue(0)).toMatchObject([
      { account: 'ada@example.com', method: 'password', attempts: 2, addresses: ['192.0.2.1', '192.0.2.2'] },
      { account: 'ada@example.com', method: 'recoveryCode', attempts: 1 },
    ])
  })

  it('keeps few addresses of each, and few accounts', () => {
    const refusals = new SignInRefusals()
    for (let n = 0; n < 100; n += 1) refusals.add(refused('ada@example.com', `192.0.2.${n}`), 0)
    for (let n = 0; n < 2 * mostGroups; n += 1) refusals.add(refused(`${n}@example.com`), 0)
    const due = refusals.takeDue(0)
    expect(due[0]).toMatchObject({ attempts: 100, addresses: { length: 5 } })
    expect(due).toHaveLength(mostGroups)
  })

  it('forgets an account that does not exist, and gives all that is left at the end', () => {
    const refusals = new SignInRefusals()
    refusals.add(refused('nobody@example.com'), 0)
    const [nobody] = refusals.takeDue(0)
    if (nobody !== undefined) refusals.forget(nobody)
    expect(refusals.isEmpty).toBe(true)
    refusals.add(refused(), 0)
    refusals.takeDue(0)
    refusals.add(refused(), 1_000)
    expect(refusals.takeAll()).toMatchObject([{ attempts: 1 }])
    expect(refusals.takeAll()).toEqual([])
  })
})
