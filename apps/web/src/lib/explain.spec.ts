import { describe, expect, it } from 'vitest'
import { ApiError, UnexpectedResponseError, UnreachableError } from './api-error'
import { explain, isTemporary } from './explain'

const refusal = (status: number, detail = '', retryAfterSeconds: number | null = null) =>
  explain(new ApiError(status, 'code', detail, [], retryAfterSeconds))

describe('explain', () => {
  it('tells a server that is away from one that refuses and one that has changed', () => {
    expect(explain(new UnreachableError()).what).toBe('The server did not answer.')
    expect(refusal(403).what).toBe('You may not do this.')
    expect(explain(new UnexpectedResponseError('/api', 'x')).todo).toContain('reload')
  })

  it('takes a script that the server has no more for an update', () => {
    const missing = Object.assign(new Error('Failed to load chunk'), { name: 'ChunkLoadError' })
    expect(explain(missing).todo).toContain('reload')
  })

  it('passes on why a request was refused, as a sentence', () => {
    expect(refusal(409, 'this id is taken').what).toBe('This id is taken.')
    expect(refusal(403, 'That is not the one-time code.').what).toBe('That is not the one-time code.')
    expect(refusal(400).what).toBe('The server refused this.')
  })

  it('tells what passes by itself from what does not', () => {
    const away = new ApiError(503, 'database_unavailable', '', [], 2)
    expect(explain(away).what).toContain('database')
    expect(refusal(503).what).not.toContain('database')
    expect([away, new UnreachableError()].every(isTemporary)).toBe(true)
    expect([new ApiError(500, 'code', '', [], null), new Error('x')].some(isTemporary)).toBe(false)
  })

  it('says how to narrow what took too long, which does not pass by itself', () => {
    const slow = new ApiError(
      503,
      'query_timeout',
      'this list took over 2 seconds. Narrow the search',
      [],
      null,
    )
    expect(explain(slow).what).toBe('This list took over 2 seconds. Narrow the search.')
    expect(isTemporary(slow)).toBe(false)
  })

  it('says when to try again', () => {
    expect(refusal(429, '', 20).todo).toBe('Try again in 20 s.')
    expect(refusal(429, '', 600).todo).toBe('Try again in 10 minutes.')
    expect(refusal(429).todo).toBe('Try again in a minute.')
  })

  it('never shows the message of an unknown error', () => {
    expect(JSON.stringify(explain(new Error('secret')))).not.toContain('secret')
  })
})
