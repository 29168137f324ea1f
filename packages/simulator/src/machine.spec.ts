import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Machine, startMachine } from './machine.js'
import { credentialOf } from './testing/small-platform.js'

let nowMs = 0
let machine: Machine | undefined

beforeEach(() => {
  nowMs = 0
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(async () => {
  await machine?.stop(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A machine whose messages wait in its buffer, because nothing listens at its address. */
function start(ratePerSecond: number): Machine {
  const url = 'mqtt://127.0.0.1:9'
  const credential = credentialOf('pump-7', { ws: url, tcp: url })
  machine = startMachine({ credential, url, kind: 'meter', seed: 1, ratePerSecond, onError: () => {} })
  return machine
}

/** Lets time pass, with all timers on time. */
function pass(ms: number): void {
  for (const end = nowMs + ms; nowMs < end; ) {
    nowMs += 1
    vi.advanceTimersByTime(1)
  }
}

/** The last message may be due just after the last tick. */
function expectPublished(machine: Machine, count: number): void {
  expect(published(machine)).toBeLessThanOrEqual(count + 1)
  expect(published(machine)).toBeGreaterThanOrEqual(count - 1)
}

const published = ({ device }: Machine) => device.client.stats.published

describe('startMachine', () => {
  it.each([1, 20, 500])('sends %d messages a second', (ratePerSecond) => {
    const started = start(ratePerSecond)
    pass(2_000)
    expectPublished(started, 2 * ratePerSecond)
  })

  it('makes up for late timers', () => {
    const started = start(20)
    nowMs += 1_000
    pass(100)
    expectPublished(started, 22)
  })

  it('sends at most 100 of the messages that it missed during a long pause, and goes on as before', () => {
    const started = start(20)
    nowMs += 3_600_000
    pass(100)
    const caughtUp = published(started)
    expect(caughtUp).toBeLessThanOrEqual(102)
    expect(caughtUp).toBeGreaterThanOrEqual(100)
    pass(1_000)
    expectPublished(started, caughtUp + 20)
  })

  it('sends nothing after it was stopped', async () => {
    const started = start(20)
    pass(1_000)
    await started.stop(0)
    const before = published(started)
    pass(1_000)
    expect(published(started)).toBe(before)
    expect(started.device.client.state.state).toBe('closed')
  })

  it('refuses a credential without a telemetry topic', () => {
    const url = 'mqtt://127.0.0.1:9'
    const credential = credentialOf('pump-7', { ws: url, tcp: url })
    const wrong = { ...credential, topics: { ...credential.topics, telemetry: 'elsewhere' } }
    const options = {
      credential: wrong,
      url,
      kind: 'meter',
      seed: 1,
      ratePerSecond: 1,
      onError: () => {},
    } as const
    expect(() => startMachine(options)).toThrow('elsewhere is not a telemetry topic')
  })
})
