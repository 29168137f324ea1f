import type { BrokerEvents } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Refusal = BrokerEvents<ConnectionPrincipal>['refused']

const leastIntervalMs = 10_000
const longestText = 64

/** Logs refused connections: for each reason the first at once, and then at most one line in ten seconds. */
export class ConnectRefusalLog {
  private readonly reasons = new Map<string, { loggedAtMs: number; unlogged: number }>()

  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

  note(refusal: Refusal, nowMs = performance.now()): void {
    const { stage, reason } = refusal
    if (stage !== 'connect') return
    const known = this.reasons.get(reason)
    if (known !== undefined && nowMs - known.loggedAtMs < leastIntervalMs) {
      known.unlogged += 1
      return
    }
    this.reasons.set(reason, { loggedAtMs: nowMs, unlogged: 0 })
    const others = known?.unlogged ?? 0
    this.logger.warn(lineOf(refusal) + (others > 0 ? `; ${others} others since the last such line` : ''))
  }
}

function lineOf({ reason, detail, clientId, username, remoteAddress }: Refusal): string {
  const what = detail === undefined ? reason : `${reason} (${detail})`
  const who = [
    ...(clientId === undefined ? [] : [`client id ${quoted(clientId)}`]),
    ...(username === undefined ? [] : [`user name ${quoted(username)}`]),
    `from ${remoteAddress}`,
  ]
  return `an MQTT connection was refused: ${what}, ${who.join(', ')}`
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}…` : text)
}
