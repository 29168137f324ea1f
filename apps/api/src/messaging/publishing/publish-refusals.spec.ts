import { expect, it } from 'vitest'
import { refusalOf } from './publish-refusals.js'

it.each([
  ['payload_invalid', 'refuse', 0x99],
  ['timestamp_refused', 'refuse', 0x99],
  ['topic_denied', 'refuse', 0x87],
  ['quota', 'refuse', 0x97],
  ['telemetry_dropped', 'drop', 0x97],
  ['too_many_samples', 'refuse', 0x97],
  ['too_many_corrections', 'refuse', 0x97],
  ['telemetry_set_aside', 'refuse', 0x83],
] as const)('tells a client of MQTT 5 of %s: %s with %i', (notice, decision, code) => {
  expect(refusalOf(notice, 'why')).toEqual({ decision, code, reasonString: 'why' })
})
