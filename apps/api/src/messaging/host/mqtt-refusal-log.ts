import type { BrokerEvents } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Refusal = BrokerEvents<ConnectionPrincipal>['refused']

const longestText = 64

/** Logs refused connections, subscriptions past a quota, and clients that exceeded a limit, grouped by their reason. */
export class MqttRefusalLog {
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

/** Refusals of a connected client for what it takes, not for what it may not do. */
const exceeded = new Set<Refusal['reason']>(['malformed', 'too_large', 'rate', 'quota', 'refused_messages'])

const happened: Record<Refusal['stage'], string> = {
  connect: 'connection was refused',
  subscribe: 'subscription was refused',
  publish: 'client exceeded a limit',
  will: 'will was refused',
}

function lineOf({ stage, client, reason, detail, clientId, username, remoteAddress }: Refusal): string {
  const what = detail === undefined ? reason : `${reason} (${detail})`
  const who = [
    ...(client === undefined ? [] : [`organization ${client.principal.organizationSlug}`]),
    ...(clientId === undefined ? [] : [`client id ${quoted(clientId)}`]),
    ...(username === undefined ? [] : [`user name ${quoted(username)}`]),
    `from ${remoteAddress}`,
  ]
  return `an MQTT ${happened[stage]}: ${what}, ${who.join(', ')}`
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}…` : text)
}
