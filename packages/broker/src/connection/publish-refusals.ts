import type { Core } from '../core/core.js'
import type { PublishDecision, PublishRefusal } from '../interface/hooks.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { ClientInfo, RefusalReason } from '../interface/types.js'
import { isBridgeNotification } from '../packets/topic.js'
import type { AcknowledgedRefusal } from './acknowledgements.js'
import { TopicReport } from './topic-report.js'

/** A topic that the client may not publish to. */
export const denied: PublishRefusal = { decision: 'drop', code: ReasonCode.notAuthorized }
/** A payload that is not the text that its payload format indicator says it is [MQTT-3.3.2-4]. */
export const falseText = {
  decision: 'refuse',
  code: ReasonCode.payloadFormatInvalid,
  reasonString: 'the payload is not UTF-8, as its payload format indicator says',
} as const
/** A PUBREL for a packet id that is not in use. */
export const unknownId: AcknowledgedRefusal = { code: ReasonCode.packetIdentifierNotFound }
const refused: AcknowledgedRefusal = { code: ReasonCode.implementationSpecificError }

/** What a client of MQTT 5 is told about a decided message; null for success. */
export function refusalOf(decision: PublishDecision): AcknowledgedRefusal | null {
  if (decision === 'forward' || decision === 'drop') return null
  return decision === 'refuse' ? refused : decision
}

/** Reports what is refused before the host is asked: denied topics, and payloads that are not what they say. */
export class PublishRefusals<P> {
  readonly #core: Core<P>
  readonly #client: ClientInfo<P>
  // Made when something is refused for the first time.
  #denials: TopicReport | null = null
  #falseTexts: TopicReport | null = null

  constructor(core: Core<P>, client: ClientInfo<P>) {
    this.#core = core
    this.#client = client
  }

  denied(topic: string): void {
    if (isBridgeNotification(topic)) return
    this.#denials ??= this.#report('not_authorized')
    this.#denials.add(topic)
  }

  falseText(topic: string): void {
    this.#falseTexts ??= this.#report('malformed', falseText.reasonString)
    this.#falseTexts.add(topic)
  }

  /** Called a few times a second. */
  sweep(nowMs: number): void {
    this.#denials?.sweep(nowMs)
    this.#falseTexts?.sweep(nowMs)
  }

  flush(nowMs: number): void {
    this.#denials?.flush(nowMs)
    this.#falseTexts?.flush(nowMs)
  }

  /** The first of a topic is reported at once, and how many followed once a second. */
  #report(reason: RefusalReason, why?: string): TopicReport {
    const { sessionId, clientId, remoteAddress } = this.#client
    const about = { reason, sessionId, clientId, remoteAddress, client: this.#client }
    return new TopicReport(
      (topic, count, others) => {
        const detail = [why, others].filter((text) => text !== undefined).join(', ')
        this.#core.refuse({ stage: 'publish', ...about, topic, count, ...(detail === '' ? {} : { detail }) })
      },
      { intervalMs: 1_000, nowMs: this.#core.nowMs },
    )
  }
}
