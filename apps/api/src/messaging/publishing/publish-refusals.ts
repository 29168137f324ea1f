import { type PublishRefusal, ReasonCode } from '@heliograph/broker'
import { noticeReasonCodes, noticeReasonString } from '@heliograph/protocol'
import type { Refusal } from '../../telemetry/samples/sample.js'

/** Refuses a message for good. A client of MQTT 5 is told in PUBACK or PUBREC what the notice says. */
export function refusalOf({ code, detail }: Refusal): PublishRefusal {
  // A message with an acknowledgement is dropped only where its device was deleted while it waited for its commit.
  if (code === 'telemetry_dropped') return deviceDeleted
  const reasonString = noticeReasonString({ code, detail })
  return { decision: 'refuse', code: noticeReasonCodes[code], reasonString }
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
