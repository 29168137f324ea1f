import { type IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { reportLimit, reportLimitsTo } from '../../foundation/limits/reported-limits.js'
import { rateLimitFields } from './rate-limit-fields.js'

const respond = () => new ServerResponse({ method: 'GET' } as IncomingMessage)
const fieldsOf = (response: ServerResponse) => [
  response.getHeader('ratelimit-policy'),
  response.getHeader('ratelimit'),
]

describe('rateLimitFields', () => {
  it('states the limits that a request counted for, each as it is in the end', () => {
    const limit = (reportedAs: string, burst: number) =>
      new RateLimiter<string>({ burst, refillMs: 2_000, maxKeys: 10, reportedAs, now: () => 0 })
    const [address, account] = [limit('address', 2), limit('account', 20)]
    const response = respond()
    reportLimitsTo(rateLimitFields(response), () => {
      address.take('192.0.2.1')
      account.take('ada')
    })
    expect(fieldsOf(response)).toEqual([
      '"address";q=2;w=4, "account";q=20;w=40',
      '"address";r=1;t=2, "account";r=19;t=2',
    ])
    reportLimitsTo(rateLimitFields(response), () => {
      address.take('192.0.2.1')
      address.take('192.0.2.1')
      account.giveBack('ada')
    })
    expect(fieldsOf(response)[1]).toBe('"address";r=0;t=2, "account";r=20')
  })

  it('tells what may be in work at a time from what may come in a time, and large limits as far as the field goes', () => {
    const response = respond()
    const state = { remaining: 0, moreInSeconds: 10 }
    reportLimitsTo(rateLimitFields(response), () => {
      reportLimit({ ...state, name: 'exports.perCaller', quota: 4, windowSeconds: null })
      reportLimit({ ...state, name: 'keys', quota: Number.POSITIVE_INFINITY, windowSeconds: 60 })
    })
    expect(fieldsOf(response)[0]).toBe(
      '"exports.perCaller";q=4;qu="concurrent-requests", "keys";q=999999999999999;w=60',
    )
  })

  it('says nothing of limits that nobody is told of, and outside of a request nothing at all', () => {
    const response = respond()
    const untold = new RateLimiter({ burst: 1, refillMs: 1_000, maxKeys: 10 })
    reportLimitsTo(rateLimitFields(response), () => untold.take('a'))
    reportLimit({ name: 'none', quota: 1, windowSeconds: 1, remaining: 1, moreInSeconds: 0 })
    expect(fieldsOf(response)).toEqual([undefined, undefined])
  })
})
