import { expect, it } from 'vitest'
import { ClientShare } from './client-share.js'
import { Scheduler } from './scheduler.js'

it('pauses a client that sends more than its share of a turn, and no other', async () => {
  const paused: string[] = []
  const readerOf = (name: string) => ({
    pauseForTurn: () => void paused.push(name),
    resumeAfterTurn: () => void paused.splice(paused.indexOf(name), 1),
  })
  const scheduler = new Scheduler()
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
  const share = new ClientShare(new Scheduler(), reader)
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
