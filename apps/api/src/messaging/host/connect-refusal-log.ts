import type { BrokerEvents } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Refusal = BrokerEvents<ConnectionPrincipal>['refused']

const longestText = 64

/** Logs refused connections, and clients that exceeded a limit, grouped by their reason. */
export class ConnectRefusalLog {
  private readonly log: GroupedLog

  constructor(logger: Pick<Logger, 'warn'>) {
    this.log = new GroupedLog((line) => logger.warn(line))
  }

  note(refusal: Refusal, nowMs?: number): void {
    const { stage, reason } = refusal
    if (stage === 'connect' || exceeded.has(reason))
      this.log.note(`${stage} ${reason}`, () => lineOf(refusal), nowMs)
  }
}

/** Refusals of a connected client that slow it down or end its connection. */
const exceeded = new Set<Refusal['reason']>(['malformed', 'too_large', 'rate', 'quota', 'refused_messages'])

function lineOf({ stage, client, reason, detail, clientId, username, remoteAddress }: Refusal): string {
  const what = detail === undefined ? reason : `${reason} (${detail})`
  const who = [
    ...(clientId === undefined ? [] : [`client id ${quoted(clientId)}`]),
    ...(client === undefined ? [] : [`organization ${client.principal.organizationSlug}`]),
    ...(username === undefined ? [] : [`user name ${quoted(username)}`]),
    `from ${remoteAddress}`,
  ]
  const happened = stage === 'connect' ? 'connection was refused' : 'client exceeded a limit'
  return `an MQTT ${happened}: ${what}, ${who.join(', ')}`
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}…` : text)
}
