import { type PublishRefusal, type PublishRefusalCode, ReasonCode } from '@heliograph/broker'
import type { NoticeCode } from '@heliograph/protocol'

/** What a device of MQTT 5 is told in PUBACK or PUBREC, besides its notice: the reason code of each notice of a refusal. */
const reasonCodes: Record<RefusalNotice, PublishRefusalCode> = {
  payload_invalid: ReasonCode.payloadFormatInvalid,
  timestamp_refused: ReasonCode.payloadFormatInvalid,
  topic_denied: ReasonCode.notAuthorized,
  quota: ReasonCode.quotaExceeded,
  telemetry_dropped: ReasonCode.quotaExceeded,
  too_many_samples: ReasonCode.quotaExceeded,
  too_many_corrections: ReasonCode.quotaExceeded,
  telemetry_set_aside: ReasonCode.implementationSpecificError,
}

/** Messages are delivered in spite of the other notices. */
type RefusalNotice = Exclude<NoticeCode, 'clock_not_set' | 'not_retained' | 'retained_quota'>

/** Refuses a message for good. What was dropped only because the platform has no room is no fault of the message. */
export function refusalOf(code: NoticeCode, reasonString: string): PublishRefusal {
  const decision = code === 'telemetry_dropped' ? 'drop' : 'refuse'
  return { decision, code: reasonCodes[code as RefusalNotice] ?? ReasonCode.unspecifiedError, reasonString }
}

/** A topic that is the device's own, and no channel. */
export const noChannel: PublishRefusal = {
  decision: 'drop',
  code: ReasonCode.topicNameInvalid,
  reasonString: 'no channel has this topic',
}

/** Its device was deleted while the message was on its way. */
export const deviceDeleted: PublishRefusal = {
  decision: 'drop',
  code: ReasonCode.notAuthorized,
  reasonString: 'the device was deleted',
}
