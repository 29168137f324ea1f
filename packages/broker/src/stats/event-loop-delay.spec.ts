import { afterEach, expect, it } from 'vitest'
import { EventLoopDelay } from './event-loop-delay.js'

const delay = new EventLoopDelay()

afterEach(() => delay.stop())

/** Keeps the event loop busy, then lets it measure that. */
async function block(forMs: number): Promise<void> {
  const until = performance.now() + forMs
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 30))
}

it('sees a block, for this period and the next, and forgets it then', async () => {
  expect(delay.recent).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 })
  delay.start()
  await new Promise((resolve) => setTimeout(resolve, 30))
  await block(200)
  expect(delay.recent.maxMs).toBeGreaterThan(150)
  delay.rotate()
  expect(delay.recent.maxMs).toBeGreaterThan(150)
  delay.rotate()
  expect(delay.recent.maxMs).toBe(0)
})
