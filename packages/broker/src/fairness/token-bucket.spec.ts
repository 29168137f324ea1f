import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.js'

it('allows a rate, and bursts up to its capacity', () => {
  const bucket = new TokenBucket({ perSecond: 100, capacity: 200 })
  bucket.spend(200)
  expect(bucket.overdrawn).toBe(false)
  bucket.spend(50)
  expect(bucket.overdrawn).toBe(true)
  bucket.refill(499)
  expect(bucket.overdrawn).toBe(true)
  bucket.refill(2)
  expect([bucket.overdrawn, bucket.full]).toEqual([false, false])
  bucket.refill(60_000)
  expect(bucket.full).toBe(true)
})

it('allows everything at an infinite rate', () => {
  const bucket = new TokenBucket({ perSecond: Number.POSITIVE_INFINITY, capacity: Number.POSITIVE_INFINITY })
  bucket.spend(1e12)
  bucket.refill(0)
  expect([bucket.overdrawn, bucket.full]).toEqual([false, true])
})
