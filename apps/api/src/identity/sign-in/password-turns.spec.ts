import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { parseConfig } from '../../foundation/config/config.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { PasswordTurns } from './password-turns.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const checkMs = 40

/** Checks that take a while. Each notes the time at which it begins. */
function checks() {
  const config = parseConfig({ DATABASE_URL: 'postgresql://localhost/none' })
  const turns = new PasswordTurns(config, new ConcurrencyLimiters(config, new MetricsRegistry()))
  const beganMs = performance.now()
  const begun: string[] = []
  const check = (address: string, isWrong: boolean) =>
    turns.check(
      address,
      async () => {
        begun.push(`${address} ${performance.now() - beganMs}`)
        await new Promise((resolve) => setTimeout(resolve, checkMs))
      },
      () => isWrong,
    )
  return { begun, check }
}

it('checks one password of an address at a time, and those of another beside it', async () => {
  const { begun, check } = checks()
  const all = [check('10.0.0.1', false), check('10.0.0.1', false), check('10.0.0.2', false)]
  await vi.advanceTimersByTimeAsync(3 * checkMs)
  await Promise.all(all)
  expect(begun).toEqual(['10.0.0.1 0', '10.0.0.2 0', '10.0.0.1 40'])
})

it('lets the next check wait after wrong passwords of the same address', async () => {
  const { begun, check } = checks()
  const all = [1, 2, 3, 4, 5].map(() => check('10.0.0.1', true))
  await vi.advanceTimersByTimeAsync(1_000)
  const other = check('10.0.0.2', true)
  await vi.advanceTimersByTimeAsync(1_000)
  await Promise.all([...all, other])
  // Three at once; then one for each 300 ms since they began to be wrong.
  expect(begun).toEqual([
    '10.0.0.1 0',
    '10.0.0.1 40',
    '10.0.0.1 80',
    '10.0.0.1 120',
    '10.0.0.1 340',
    '10.0.0.2 1000',
  ])
})
