import type { TimeInput } from '@heliograph/protocol'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { futureTime } from '../../foundation/times/future-time.js'

const dayMs = 86_400_000
const defaultLifeMs = 90 * dayMs
const longestLife = { ms: 5 * 366 * dayMs, text: '5 years' }

/** Who makes a key: a person, or a key with the person behind it. */
export interface Maker {
  userId: string | null
  apiKeyId: string | null
  /** When the key that makes it ends; null for a person. */
  expiresAt: Date | null
}

/** When a new key ends: as requested, or in 90 days, and never later than its maker. Throws an InvalidError. */
export function expiryOf(requested: TimeInput | undefined, { expiresAt: latest }: Maker): Date {
  const expiresAt = futureTime('expiresAt', requested ?? Date.now() + defaultLifeMs, longestLife)
  if (latest === null || expiresAt <= latest) return expiresAt
  if (requested === undefined) return latest
  const message = `must not be later than the end of the API key that makes it, ${latest.toISOString()}`
  throw new InvalidError(`expiresAt: ${message}`, 'invalid', [{ path: 'expiresAt', message }])
}
