import type { ServerResponse } from 'node:http'
import type { LimitState } from '../../foundation/limits/reported-limits.js'

/**
 * Returns a function that states limits in the header of an answer, as the fields RateLimit-Policy and RateLimit of
 * draft-ietf-httpapi-ratelimit-headers-10 (sections 3 and 4). Of a limit that is stated again the last state counts.
 */
export function rateLimitFields(response: ServerResponse): (state: LimitState) => void {
  const states = new Map<string, LimitState>()
  return (state) => {
    if (response.headersSent) return
    states.set(state.name, state)
    setRateLimitFields(response, [...states.values()])
  }
}

export function setRateLimitFields(response: ServerResponse, states: readonly LimitState[]): void {
  response.setHeader('ratelimit-policy', states.map(policyItem).join(', '))
  response.setHeader('ratelimit', states.map(limitItem).join(', '))
}

/** A Quota Policy Item (3.1). Names hold letters and dots alone, so that nothing is escaped. */
function policyItem({ name, quota, windowSeconds }: LimitState): string {
  return `"${name}";q=${integer(quota)}${windowSeconds === null ? ';qu="concurrent-requests"' : `;w=${integer(windowSeconds)}`}`
}

/** A Service Limit Item (4.1). Without `t` there is nothing to wait for. */
function limitItem({ name, remaining, moreInSeconds }: LimitState): string {
  return `"${name}";r=${integer(remaining)}${moreInSeconds === 0 ? '' : `;t=${integer(moreInSeconds)}`}`
}

/** Structured fields have integers of 15 digits at most (RFC 9651, 3.3.1); a limit that is turned off has more. */
function integer(value: number): number {
  return Math.min(Math.floor(value), 999_999_999_999_999)
}
