import { permissionsOf } from '@heliograph/protocol'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { ConcurrencyLimiters } from '../../../foundation/concurrency/concurrency-limiters.js'
import type { Config } from '../../../foundation/config/config.js'
import { LimitError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'
import { exportLimits } from './export-limits.js'
import { RunningExports } from './running-exports.js'

const limits = exportLimits.values()

function runningExports(): RunningExports {
  const config = { limits: new Map() } as unknown as Config
  return new RunningExports(new ConcurrencyLimiters(config, { registry: new Registry() }))
}

function person(userId: string, { sessionId = 's', organization = 'a' } = {}): Principal {
  return {
    kind: 'person',
    userId,
    sessionId,
    organizationId: 1,
    organizationSlug: organization,
    role: 'viewer',
    permissions: permissionsOf('viewer'),
    tags: null,
  }
}

describe('RunningExports', () => {
  it('lets a caller have a few at once, whatever the session, and says when to come back', async () => {
    const exports = runningExports()
    const ends = await Promise.all(
      Array.from({ length: limits.perCaller }, (_, n) =>
        exports.begin(person('ada', { sessionId: `session ${n}` })),
      ),
    )
    const refused = exports.begin(person('ada'))
    await expect(refused).rejects.toBeInstanceOf(LimitError)
    await expect(refused).rejects.toMatchObject({ code: 'too_many_exports', retryAfterSeconds: 10 })
    await exports.begin(person('bob'))
    await exports.begin({ ...person('ada'), kind: 'apiKey', apiKeyId: 'ada' })

    ends[0]?.()
    ends[0]?.()
    await exports.begin(person('ada'))
    await expect(exports.begin(person('ada'))).rejects.toBeInstanceOf(LimitError)
  })

  it.each([
    ['an organization', limits.perOrganization, 'a'],
    ['all together', limits.inAll, null],
  ])('has a bound for %s', async (_, bound, organization) => {
    const exports = runningExports()
    const begin = (n: number) =>
      exports.begin(person(`person ${n}`, { organization: organization ?? `organization ${n}` }))
    const ends = await Promise.all(Array.from({ length: bound }, (_, n) => begin(n)))
    await expect(begin(bound)).rejects.toBeInstanceOf(UnavailableError)
    for (const end of ends) end()
    await begin(bound)
  })
})
