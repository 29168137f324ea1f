import { expect, it } from 'vitest'
import { Scheduler } from './scheduler.js'
import { emptyAccount } from './work-account.js'

const account = emptyAccount()
const idle = { ...account, restMs: 0, owner: account, group: account }
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

it('lets deferred clients continue in order, as far as each turn allows', async () => {
  const scheduler = new Scheduler()
  const order: string[] = []
  const client = (name: string, units: number) => ({
    ...idle,
    continue() {
      order.push(name)
      scheduler.spend(units)
    },
  })
  scheduler.spend(30_000)
  expect(scheduler.exhausted).toBe(false)
  scheduler.spend(20_000)
  expect(scheduler.exhausted).toBe(true)
  for (const name of ['a', 'b', 'c']) scheduler.defer(client(name, 50_000))
  scheduler.defer(client('d', 1))
  expect(order).toEqual([])
  const turns: string[] = []
  for (let i = 0; i < 6; i++) {
    await nextTurn()
    turns.push(order.splice(0).join(''))
  }
  expect(turns.filter((turn) => turn !== '')).toEqual(['a', 'b', 'c', 'd'])
  expect(scheduler.exhausted).toBe(false)
})

it('defers nobody in a turn that does little', () => {
  const scheduler = new Scheduler()
  for (let i = 0; i < 100; i++) scheduler.spend(1)
  expect(scheduler.exhausted).toBe(false)
})

it('lets the client continue first whose group has used least, then whose owner, then which itself', async () => {
  const scheduler = new Scheduler()
  const order: string[] = []
  const client = (name: string, group: number, owner: number, recentMs: number) => ({
    ...{
      recentMs,
      restMs: 0,
      owner: { recentMs: owner, restUntilMs: 0 },
      group: { recentMs: group, restUntilMs: 0 },
    },
    continue: () => void order.push(name),
  })
  scheduler.spend(50_000)
  const waiting = [
    client('busy group', 90, 0, 0),
    client('busy owner', 10, 9, 0),
    client('busy client', 10, 5, 4),
    client('calm client', 10, 5, 1),
    client('calm group', 1, 1, 1),
  ]
  for (const one of waiting) scheduler.defer(one)
  await nextTurn()
  expect(order).toEqual(['calm group', 'calm client', 'busy client', 'busy owner', 'busy group'])
})
