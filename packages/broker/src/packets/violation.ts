import { ReasonCode } from '../interface/reason-code.js'

/** What a packet breaks: the reason code that a client of MQTT 5 is told, and what exactly is wrong, for people. */
export class Violation {
  readonly code: ReasonCode
  readonly detail: string

  constructor(code: ReasonCode, detail: string) {
    this.code = code
    this.detail = detail
  }

  /** The bytes are no packet of the kind (section 4.13: malformed packet). */
  static malformed(detail: string): Violation {
    return new Violation(ReasonCode.malformedPacket, detail)
  }

  /** The packet is well-formed, and may not come like this (section 4.13: protocol error). */
  static protocol(detail: string): Violation {
    return new Violation(ReasonCode.protocolError, detail)
  }
}
