import { describe, expect, it } from 'vitest'
import { readableLine } from './readable-line.js'

const line = (fields: object) =>
  readableLine(JSON.stringify({ level: 30, time: 1_767_225_600_000, ...fields }))

describe('readableLine', () => {
  it('shows time, level, message and fields', () => {
    expect(line({ context: 'main', msg: 'stopping' })).toMatch(/^\d\d:\d\d:\d\d info {2}stopping$/)
    expect(line({ level: 40, context: 'http', requestId: 'x', method: 'GET', status: 503 })).toMatch(
      / warn {2}\(method GET, status 503\)$/,
    )
  })

  it('shows the stack of an error', () => {
    const text = line({ level: 50, msg: 'failed', err: { stack: 'Error: failed\n    at somewhere' } })
    expect(text).toMatch(/ error failed\n {4}Error: failed\n {8}at somewhere$/)
  })

  it('escapes control characters, so that no client steers the terminal or fakes a line', () => {
    const text = line({ msg: 'from \u001b[2J\u009b2J', clientId: 'a\n12:00:00 error fake\u007f' })
    expect(text).toContain('from \\x1b[2J\\x9b2J (clientId a\\x0a12:00:00 error fake\\x7f)')
    expect(text).not.toMatch(/\p{Cc}/u)
    expect(line({ msg: 'pump\u202e7' })).toContain('pump\\u202e7')
  })
})
