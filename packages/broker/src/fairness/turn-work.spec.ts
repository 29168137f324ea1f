import { expect, it } from 'vitest'
import { TurnWork } from './turn-work.js'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

it('lets one after the other go on, as far as each turn goes', async () => {
  const work = new TurnWork()
  const order: string[] = []
  const worker = (name: string, units: number) => ({
    goOn() {
      order.push(name)
      work.spend(units)
    },
  })
  work.spend(30_000)
  expect(work.exhausted).toBe(false)
  work.spend(20_000)
  expect(work.exhausted).toBe(true)
  for (const name of ['a', 'b', 'c']) work.defer(worker(name, 50_000))
  work.defer(worker('d', 1))
  expect(order).toEqual([])
  const turns: string[] = []
  for (let i = 0; i < 6; i++) {
    await nextTurn()
    turns.push(order.splice(0).join(''))
  }
  expect(turns.filter((turn) => turn !== '')).toEqual(['a', 'b', 'c', 'd'])
  expect(work.exhausted).toBe(false)
})

it('costs a turn that does little nothing', () => {
  const work = new TurnWork()
  for (let i = 0; i < 100; i++) work.spend(1)
  expect(work.exhausted).toBe(false)
})
