import { expect, it } from 'vitest'
import { RefusalBudgets } from './refusal-budgets.js'

const limits = { maxRefusedMsPerSecond: 50, refusedTimeoutMs: 10_000, minBanMs: 1_000, maxBanMs: 8_000 }

/** Time passes, and each quarter of a second messages are refused for some of it. */
function run() {
  const budgets = new RefusalBudgets(limits)
  const told: string[] = []
  const client = { slowed: () => told.push('slowed'), banned: (ms: number) => told.push(`banned ${ms}`) }
  let nowMs = 0
  budgets.make('pump').clients.add(client)
  const pass = (seconds: number, spent: { refused: number; accepted?: number }) => {
    for (const until = nowMs + seconds * 1_000; nowMs < until; ) {
      nowMs += 250
      budgets.find('pump')?.spend(spent.refused / 4, (spent.accepted ?? 0) / 4)
      budgets.refill(250, nowMs)
    }
    return told.splice(0)
  }
  const banned = () => budgets.bannedMs('pump', nowMs)
  return { budgets, client, pass, banned }
}

it('never slows down an owner whose refused messages cost little', () => {
  const { pass, banned } = run()
  expect(pass(600, { refused: 40 })).toEqual([])
  expect(banned()).toBe(0)
})

it('slows down and then bans one whose refused messages cost much, for a time that doubles to its longest', () => {
  const { pass, budgets } = run()
  const told = pass(100, { refused: 500 })
  expect(told.filter((one) => one !== 'slowed')).toEqual([
    'banned 1000',
    'banned 2000',
    'banned 4000',
    'banned 8000',
    'banned 8000',
    'banned 8000',
    'banned 8000',
    'banned 8000',
    'banned 8000',
  ])
  expect(told[0]).toBe('slowed')
  expect(budgets.countBanned(100_000)).toBe(1)
})

it('counts messages that are not refused in favour of their owner', () => {
  const { pass } = run()
  expect(pass(600, { refused: 400, accepted: 380 })).toEqual([])
})

it('forgets bans after a time without refusals, and then the owner', () => {
  const { pass, budgets, client, banned } = run()
  expect(pass(11, { refused: 500 })).toContain('banned 1000')
  pass(1, { refused: 0 })
  expect(banned()).toBe(0)
  pass(12, { refused: 0 })
  expect(pass(11, { refused: 500 })).toContain('banned 1000')
  budgets.find('pump')?.clients.delete(client)
  pass(30, { refused: 0 })
  expect(budgets.find('pump')).toBeNull()
})
