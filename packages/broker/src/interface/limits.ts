import { connectionLimits } from './limits/connection-limits.js'
import { messageLimits } from './limits/message-limits.js'
import { packetLimits } from './limits/packet-limits.js'
import { sessionLimits } from './limits/session-limits.js'
import type { StatedLimit } from './limits/stated-limit.js'
import { workLimits } from './limits/work-limits.js'

/** Every limit of the broker, with its default and what happens past it. */
export const statedLimits = {
  ...packetLimits,
  ...messageLimits,
  ...connectionLimits,
  ...sessionLimits,
  ...workLimits,
} satisfies Record<string, StatedLimit>

/** The limits that hold. `Infinity` turns one off. */
export type BrokerLimits = { [Name in keyof typeof statedLimits]: number }

export const defaultLimits = Object.fromEntries(
  Object.entries<StatedLimit>(statedLimits).map(([name, limit]) => [name, limit.default]),
) as BrokerLimits

/** The defaults, overridden by the given limits. Throws a RangeError that names a bad value. */
export function resolveLimits(given: Partial<BrokerLimits> = {}): BrokerLimits {
  const limits = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!(name in defaultLimits)) throw new RangeError(`unknown broker limit: ${name}`)
    if (!(value > 0)) throw new RangeError(`broker limit ${name} must be above 0, got ${value}`)
    limits[name as keyof BrokerLimits] = value
  }
  return limits
}
