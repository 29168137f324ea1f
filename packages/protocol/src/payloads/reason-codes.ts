import type { Notice, NoticeCode } from './platform.js'

/**
 * The reason code of MQTT 5 (section 2.4) with which a message is acknowledged when it leads to a notice. A message that is
 * stored has 0x00. One that is undecided, because the database is away, is not acknowledged at all.
 */
export const noticeReasonCodes = {
  /** Payload format invalid. */
  payload_invalid: 0x99,
  timestamp_refused: 0x99,
  /** Not authorized. */
  topic_denied: 0x87,
  /** Implementation specific error: the message is valid, and the platform cannot store it. */
  telemetry_set_aside: 0x83,
  /** Quota exceeded. Only QoS 0 is dropped, which has no acknowledgement. */
  telemetry_dropped: 0x97,
  too_many_samples: 0x97,
  too_many_corrections: 0x97,
  quota: 0x97,
  /** Success: these messages are stored, or delivered. */
  clock_not_set: 0x00,
  not_retained: 0x00,
  retained_quota: 0x00,
} as const satisfies Record<NoticeCode, number>

export type NoticeReasonCode = (typeof noticeReasonCodes)[NoticeCode]

/** The Reason String of an acknowledgement, in the words of the notice: `payload invalid: temperature must be a number`. */
export function noticeReasonString({ code, detail }: Pick<Notice, 'code' | 'detail'>): string {
  return `${code.replaceAll('_', ' ')}: ${detail}`
}
