import { ConfigError } from './foundation/config/config.js'
import { jsonLimits } from './foundation/limits/json-limits.js'
import { requestLimits } from './foundation/limits/request-limits.js'
import type { GivenLimits, LimitSet } from './foundation/limits/stated-limits.js'
import { httpLimits } from './http/front-door/http-limits.js'
import { deviceLimits } from './messaging/host/device-limits.js'
import { ingestLimits } from './telemetry/ingest/ingest-limits.js'

/** The limits of all parts of the api, in the order of docs/limits.md. */
export const allLimits: readonly LimitSet<string>[] = [
  requestLimits,
  jsonLimits,
  httpLimits,
  deviceLimits,
  ingestLimits,
]

/** Throws a ConfigError that names each given limit that does not exist. */
export function assertKnownLimits(given: GivenLimits): void {
  const known = new Set(allLimits.flatMap(({ names }) => names))
  const unknown = [...given.keys()].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new ConfigError(`LIMITS: ${unknown.join(', ')}: not a limit; docs/limits.md lists them`)
}
