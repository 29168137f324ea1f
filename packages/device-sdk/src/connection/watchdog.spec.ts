import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Link } from './link.js'
import { Watchdog } from './watchdog.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Watches a link whose pings stay unanswered until the test answers them. */
function watch() {
  const answers: ((latencyMs: number) => void)[] = []
  const state = { lastReceivedAt: 0 }
  const link: Pick<Link, 'ping' | 'lastReceivedAt'> = {
    get lastReceivedAt() {
      return state.lastReceivedAt
    },
    ping: () => new Promise((answer) => answers.push(answer)),
  }
  const hooks = { onLatency: vi.fn<(latencyMs: number) => void>(), onDead: vi.fn<() => void>() }
  const watchdog = new Watchdog(link, { pingIntervalMs: 1_000, pingTimeoutMs: 400 }, hooks)
  return { answers, state, hooks, watchdog }
}

describe('Watchdog', () => {
  it('pings at once and at each interval, and reports round trips', async () => {
    const { answers, hooks } = watch()
    answers[0]?.(7)
    await vi.advanceTimersByTimeAsync(1_000)
    answers[1]?.(9)
    await vi.advanceTimersByTimeAsync(399)
    expect(hooks.onLatency.mock.calls).toEqual([[7], [9]])
    expect(hooks.onDead).not.toHaveBeenCalled()
  })

  it('reports a link that answers no ping and sends nothing', async () => {
    const { answers, hooks } = watch()
    answers[0]?.(1)
    await vi.advanceTimersByTimeAsync(1_399)
    expect(hooks.onDead).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(hooks.onDead).toHaveBeenCalledTimes(1)
  })

  it('takes any packet since the ping as a sign of life', async () => {
    const { state, hooks } = watch()
    await vi.advanceTimersByTimeAsync(100)
    state.lastReceivedAt = performance.now()
    await vi.advanceTimersByTimeAsync(300)
    expect(hooks.onDead).not.toHaveBeenCalled()
  })

  it('sends no second ping while one is unanswered', () => {
    const { answers, watchdog } = watch()
    watchdog.check()
    expect(answers).toHaveLength(1)
  })

  it('reports nothing after it was stopped', async () => {
    const { answers, hooks, watchdog } = watch()
    watchdog.stop()
    await vi.advanceTimersByTimeAsync(5_000)
    answers[0]?.(5_000)
    await vi.advanceTimersByTimeAsync(0)
    expect(answers).toHaveLength(1)
    expect(hooks.onLatency).not.toHaveBeenCalled()
    expect(hooks.onDead).not.toHaveBeenCalled()
  })
})
