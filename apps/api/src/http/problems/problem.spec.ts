import { NotFoundException } from '@nestjs/common'
import { describe, expect, it, vi } from 'vitest'
import {
  ConflictError,
  InvalidError,
  LimitError,
  UnauthorizedError,
} from '../../foundation/errors/domain-errors.js'
import { problemOf } from './problem.js'

describe('problemOf', () => {
  it('maps domain errors and errors of the framework', () => {
    const report = vi.fn()
    expect(problemOf(new ConflictError('taken', 'device_id_taken'), report).problem).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'taken',
      code: 'device_id_taken',
    })
    const errors = [{ path: 'name', message: 'is missing' }]
    expect(problemOf(new InvalidError('no', 'invalid', errors), report).problem).toMatchObject({
      status: 400,
      errors,
    })
    const limited = new LimitError('slow', { limit: 'signIn.perAddress', retryAfterSeconds: 7 })
    expect(problemOf(limited, report)).toMatchObject({
      problem: {
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        status: 429,
        code: 'rate_limited',
        'violated-policies': ['signIn.perAddress'],
      },
      headers: { 'retry-after': '7' },
    })
    expect(problemOf(new UnauthorizedError(), report).headers['www-authenticate']).toContain('Bearer')
    expect(problemOf(new NotFoundException('Cannot GET /x'), report).problem).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    expect(report).not.toHaveBeenCalled()
  })

  it('reports an unknown error and hides its message', () => {
    const report = vi.fn()
    const error = new Error('password is hunter2')
    const { problem } = problemOf(error, report)
    expect(problem).toMatchObject({ status: 500, code: 'internal' })
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    expect(report).toHaveBeenCalledWith(error)
  })

  it('answers 503 when the database does not answer', () => {
    const error = new Error('something', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })
    expect(problemOf(error, () => {})).toMatchObject({
      problem: { status: 503 },
      headers: { 'retry-after': '2' },
    })
  })

  it.each([
    ['raw SQL', Object.assign(new Error('canceled'), { code: '57014' })],
    ['Prisma', { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '55P03' } } } }],
  ])('answers 503 when the database cancelled what took too long, of %s', (_, error) => {
    expect(problemOf(error, () => {})).toMatchObject({
      problem: { status: 503, code: 'query_timeout' },
      headers: { 'retry-after': '5' },
    })
  })
})
