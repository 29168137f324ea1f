import { describe, expect, it } from 'vitest'
import { NoticeCode } from './platform.js'
import { noticeReasonCodes, noticeReasonString } from './reason-codes.js'

/** The reason codes that PUBACK and PUBREC may have: MQTT 5, 3.4.2.1 and 3.5.2.1. */
const ofPuback = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]

describe('noticeReasonCodes', () => {
  it('has a code of PUBACK for each notice', () => {
    expect(Object.keys(noticeReasonCodes).toSorted()).toEqual(NoticeCode.options.toSorted())
    for (const code of Object.values(noticeReasonCodes)) expect(ofPuback).toContain(code)
  })

  it('says in the words of the notice why', () => {
    expect(noticeReasonString({ code: 'payload_invalid', detail: 'temperature must be a number' })).toBe(
      'payload invalid: temperature must be a number',
    )
  })
})
