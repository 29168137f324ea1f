import type { BrokerEvents } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Refusal = BrokerEvents<ConnectionPrincipal>['refused']

const longestText = 64

/** Logs refused connections, and subscriptions past a quota, grouped by their reason. */
export class MqttRefusalLog {
  private readonly log: GroupedLog

  constructor(logger: Pick<Logger, 'warn'>) {
    this.log = new GroupedLog((line) => logger.warn(line))
  }

  note(refusal: Refusal, nowMs?: number): void {
    const { stage, reason } = refusal
    const isLogged = stage === 'connect' || (stage === 'subscribe' && reason === 'quota')
    if (isLogged) this.log.note(`${stage} ${reason}`, () => lineOf(refusal), nowMs)
  }
}

function lineOf({ stage, reason, detail, client, clientId, username, remoteAddress }: Refusal): string {
  const what = detail === undefined ? reason : `${reason} (${detail})`
  const who = [
    ...(client === undefined ? [] : [`organization ${client.principal.organizationSlug}`]),
    ...(clientId === undefined ? [] : [`client id ${quoted(clientId)}`]),
    ...(username === undefined ? [] : [`user name ${quoted(username)}`]),
    `from ${remoteAddress}`,
  ]
  const asked = stage === 'connect' ? 'connection' : 'subscription'
  return `an MQTT ${asked} was refused: ${what}, ${who.join(', ')}`
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}…` : text)
}
