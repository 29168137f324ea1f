import { expect, it } from 'vitest'
import { refusalOf } from './publish-refusals.js'

it.each([
  ['payload_invalid', 0x99],
  ['timestamp_refused', 0x99],
  ['quota', 0x97],
  ['too_many_samples', 0x97],
  ['too_many_corrections', 0x97],
  ['telemetry_set_aside', 0x83],
] as const)('tells a client of MQTT 5 of %s with %i, in the words of the notice', (code, reasonCode) => {
  expect(refusalOf({ code, detail: 'why' })).toEqual({
    decision: 'refuse',
    code: reasonCode,
    reasonString: `${code.replaceAll('_', ' ')}: why`,
  })
})

it('says of a message whose device is gone that it is not authorized', () => {
  const refusal = refusalOf({ code: 'telemetry_dropped', detail: 'the device no longer exists' })
  expect(refusal).toMatchObject({ decision: 'drop', code: 0x87 })
})
