import { expect, it } from 'vitest'
import { Scheduler } from './scheduler.js'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

it('lets deferred clients continue in order, as far as each turn allows', async () => {
  const scheduler = new Scheduler()
  const order: string[] = []
  const client = (name: string, units: number) => ({
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
