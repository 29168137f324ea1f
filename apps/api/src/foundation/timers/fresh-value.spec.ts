import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FreshValue } from './fresh-value.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

function fresh(read: () => Promise<number>) {
  return new FreshValue({ read, freshMs: 1_000, readTimeoutMs: 100 })
}

it('is read once for all who ask within its time', async () => {
  const read = vi.fn(async () => 7)
  const value = fresh(read)
  expect(await Promise.all([value.get(), value.get()])).toEqual([7, 7])
  vi.advanceTimersByTime(999)
  expect(await value.get()).toBe(7)
  expect(read).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(await value.get()).toBe(7)
  expect(read).toHaveBeenCalledTimes(2)
})

it('is null when it cannot be read, or not in time, also when it was known before', async () => {
  let answer: () => Promise<number> = () => Promise.reject(new Error('away'))
  const value = fresh(() => answer())
  expect(await value.get()).toBeNull()
  answer = async () => 1
  expect(await value.get()).toBe(1)
  vi.advanceTimersByTime(1_000)
  let arrive = (_: number) => {}
  answer = () => new Promise((resolve) => (arrive = resolve))
  const late = value.get()
  await vi.advanceTimersByTimeAsync(100)
  expect(await late).toBeNull()
  arrive(2)
  await vi.advanceTimersByTimeAsync(0)
  expect(await value.get()).toBe(2)
})
