import { expect, it } from 'vitest'
import { TurnWork } from '../fairness/turn-work.js'
import { TurnTaker } from './turn-taker.js'
import type { Wire } from './wire.js'

it('holds a client that sends more than its share of a turn, and nobody else', async () => {
  const held: string[] = []
  const wireOf = (name: string) =>
    ({ hold: () => held.push(name), resume: () => held.splice(held.indexOf(name), 1) }) as unknown as Wire
  const work = new TurnWork()
  const flood = new TurnTaker(work, wireOf('flood'))
  const calm = new TurnTaker(work, wireOf('calm'))
  const send = (taker: TurnTaker, packets: number) => {
    for (let i = 0; i < packets; i++) {
      work.spend(10)
      taker.spent(10)
    }
  }
  send(flood, 499)
  expect(held).toEqual([])
  send(flood, 10)
  send(calm, 100)
  expect(held).toEqual(['flood'])
  expect(work.exhausted).toBe(false)
  await new Promise(setImmediate)
  expect(held).toEqual([])
  send(flood, 499)
  expect(held).toEqual([])
})

it('holds a client that sends more than a turn allows, once, and lets it go on in the next', async () => {
  const calls: string[] = []
  const wire = {
    hold: (by: number) => calls.push(`hold ${by}`),
    resume: (by: number) => calls.push(`go ${by}`),
  }
  const work = new TurnWork()
  const taker = new TurnTaker(work, wire as unknown as Wire)
  taker.received(100)
  expect(calls).toEqual([])
  // WebSocket pings, parts of packets: whatever it is, it costs.
  for (let i = 0; i < 60; i++) taker.received(65_536)
  expect(calls).toEqual(['hold 2'])
  await new Promise(setImmediate)
  expect(calls).toEqual(['hold 2', 'go 2'])
  taker.received(100)
  expect(calls).toHaveLength(2)
})
