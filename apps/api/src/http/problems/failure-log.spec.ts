import { describe, expect, it } from 'vitest'
import { FailureLog } from './failure-log.js'
import { problemOf } from './problem.js'

function logged() {
  const errors: unknown[] = []
  const warnings: unknown[] = []
  const log = new FailureLog({
    error: (error: unknown) => void errors.push(error),
    warn: (line: unknown) => void warnings.push(line),
  })
  return { log, errors, warnings }
}

const reset = (message: string) => Object.assign(new Error(message), { code: 'ECONNRESET' })

describe('FailureLog', () => {
  it('writes one line about aborted bodies, and none with a stack', () => {
    const { log, errors, warnings } = logged()
    const statuses = Array.from({ length: 50 }, () => problemOf(reset('aborted'), log.report).problem.status)
    expect(new Set(statuses)).toEqual(new Set([400]))
    expect(warnings).toEqual(['a client ended its request before its body was whole'])
    expect(errors).toEqual([])
  })

  it('writes other errors whole, also of a connection to the database', () => {
    const { log, errors, warnings } = logged()
    const unknown = [new Error('broken'), reset('read ECONNRESET')]
    const statuses = unknown.map((error) => problemOf(error, log.report).problem.status)
    expect(statuses).toEqual([500, 503])
    expect(errors).toEqual(unknown)
    expect(warnings).toEqual([])
  })
})
