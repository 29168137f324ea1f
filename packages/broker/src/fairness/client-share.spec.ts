import { expect, it } from 'vitest'
import { defaultLimits } from '../interface/limits.js'
import { ClientShare } from './client-share.js'
import { Scheduler, WorkUnits } from './scheduler.js'
import { emptyAccount, type WorkAccount } from './work-account.js'
import { WorkMeter } from './work-meter.js'

/** Of which only units are charged. */
const timeless = () => new Scheduler(defaultLimits, new WorkMeter(() => 0))

it('pauses a client that sends more than its share of a turn, and no other', async () => {
  const paused: string[] = []
  const readerOf = (name: string) => ({
    pauseForTurn: () => void paused.push(name),
    resumeAfterTurn: () => void paused.splice(paused.indexOf(name), 1),
  })
  const scheduler = timeless()
  const flood = new ClientShare(scheduler, readerOf('flood'))
  const calm = new ClientShare(scheduler, readerOf('calm'))
  const send = (share: ClientShare, packets: number) => {
    for (let i = 0; i < packets; i++) {
      scheduler.spend(10)
      share.charge(10)
    }
  }
  send(flood, 499)
  expect(paused).toEqual([])
  send(flood, 10)
  send(calm, 100)
  expect(paused).toEqual(['flood'])
  expect(scheduler.exhausted).toBe(false)
  await new Promise(setImmediate)
  expect(paused).toEqual([])
  send(flood, 499)
  expect(paused).toEqual([])
})

it('pauses a client that sends more than a turn allows, once, and lets it continue in the next', async () => {
  const calls: string[] = []
  const reader = {
    pauseForTurn: () => void calls.push('pause'),
    resumeAfterTurn: () => void calls.push('resume'),
  }
  const share = new ClientShare(timeless(), reader)
  share.received(100)
  expect(calls).toEqual([])
  // Bytes that are no packets, such as WebSocket pings, are charged too.
  for (let i = 0; i < 60; i++) share.received(65_536)
  expect(calls).toEqual(['pause'])
  await new Promise(setImmediate)
  expect(calls).toEqual(['pause', 'resume'])
  share.received(100)
  expect(calls).toHaveLength(2)
})

it('charges the time of packets to client, owner and group, and pauses a client whose packets take long', async () => {
  let nowMs = 0
  const calls: string[] = []
  const reader = {
    pauseForTurn: () => void calls.push('pause'),
    resumeAfterTurn: () => void calls.push('resume'),
  }
  const scheduler = new Scheduler(defaultLimits, new WorkMeter(() => nowMs))
  const share = new ClientShare(scheduler, reader)
  share.owner = { recentMs: 10, restUntilMs: 0 }
  share.group = { recentMs: 100, restUntilMs: 0 }
  share.begin()
  share.received(100)
  nowMs += 0.4
  expect(share.end()).toBeCloseTo(0.4)
  expect(calls).toEqual([])
  share.begin()
  for (let i = 0; i < 20; i++) {
    nowMs += 0.05
    scheduler.spend(4)
    share.charge(4)
  }
  // 0.1 ms were left to it, and the clock is read every eight packets.
  expect(calls).toEqual(['pause'])
  nowMs += 20
  expect(share.end()).toBeCloseTo(21)
  expect([share.recentMs, share.owner.recentMs, share.group.recentMs].map(Math.round)).toEqual([21, 31, 121])
  expect(scheduler.exhausted).toBe(true)
  expect(scheduler.meter.totalMs).toBeCloseTo(21.4)
  await new Promise(setImmediate)
  expect(calls).toEqual(['pause', 'resume'])
})

it('lets all clients of an owner rest after a packet that cost much more than a share, and nobody else', async () => {
  let nowMs = 1_000
  const continued: string[] = []
  const scheduler = new Scheduler(defaultLimits, new WorkMeter(() => nowMs))
  const owner = emptyAccount()
  const shareOf = (name: string, account: WorkAccount | null) => {
    const reader = { pauseForTurn: () => {}, resumeAfterTurn: () => void continued.push(name) }
    const share = new ClientShare(scheduler, reader)
    if (account) share.owner = account
    return share
  }
  const [costly, sibling, other] = [
    shareOf('costly', owner),
    shareOf('sibling', owner),
    shareOf('other', null),
  ]
  const use = (share: ClientShare, units: number) => {
    share.begin()
    scheduler.spend(units)
    share.charge(units)
    share.end()
  }
  use(costly, 10 * WorkUnits.perMs)
  use(sibling, 1)
  use(other, 1)
  expect(Math.round(costly.restMs)).toBe(29)
  expect(sibling.restMs).toBe(costly.restMs)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(continued).toEqual(['other'])
  expect(scheduler.waiting).toBe(2)
  nowMs += 40
  while (scheduler.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(continued).toEqual(['other', 'costly', 'sibling'])
})
