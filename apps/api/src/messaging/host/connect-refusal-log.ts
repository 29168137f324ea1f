import type { BrokerEvents } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Refusal = BrokerEvents<ConnectionPrincipal>['refused']

const longestText = 64

/** Logs refused connections, grouped by their reason. */
export class ConnectRefusalLog {
  private readonly log: GroupedLog

  constructor(logger: Pick<Logger, 'warn'>) {
    this.log = new GroupedLog((line) => logger.warn(line))
  }

  note(refusal: Refusal, nowMs?: number): void {
    if (refusal.stage === 'connect') this.log.note(refusal.reason, () => lineOf(refusal), nowMs)
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
