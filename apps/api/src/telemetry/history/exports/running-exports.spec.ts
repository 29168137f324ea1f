import { describe, expect, it } from 'vitest'
import { LimitError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'
import { exportLimits, RunningExports } from './running-exports.js'

const organization = { organizationId: 1, organizationSlug: 'a', role: 'viewer' } as const
const person = (userId: string, sessionId = 's'): Principal => ({
  kind: 'person',
  userId,
  sessionId,
  ...organization,
})

describe('RunningExports', () => {
  it('lets a caller have a few at once, whatever the session, and says when to come back', () => {
    const exports = new RunningExports()
    const ends = Array.from({ length: exportLimits.perCaller }, (_, n) =>
      exports.begin(person('ada', `session ${n}`)),
    )
    expect(() => exports.begin(person('ada'))).toThrow(
      expect.objectContaining({ code: 'too_many_exports', retryAfterSeconds: 10 }),
    )
    expect(() => exports.begin(person('ada'))).toThrow(LimitError)
    exports.begin(person('bob'))
    exports.begin({ kind: 'apiKey', apiKeyId: 'ada', ...organization })

    ends[0]?.()
    ends[0]?.()
    exports.begin(person('ada'))
    expect(() => exports.begin(person('ada'))).toThrow(LimitError)
  })

  it('has a bound for all together', () => {
    const exports = new RunningExports()
    const ends = Array.from({ length: exportLimits.inAll }, (_, n) => exports.begin(person(`person ${n}`)))
    expect(() => exports.begin(person('one more'))).toThrow(UnavailableError)
    for (const end of ends) end()
    exports.begin(person('one more'))
  })
})
