import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeviceEvent } from './device.js'
import { isPlainEvent } from './plain-event.js'

const json = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>({ __proto__: 1 }, '1e999', { a: ['1e999'] }))
const text = fc.oneof(fc.string(), fc.constantFrom('', 'x'.repeat(128), 'x'.repeat(4_096), 'x'.repeat(4_097)))
const event = fc.record(
  {
    level: fc.oneof(fc.constantFrom<unknown>('debug', 'info', 'warning', 'error', 'critical'), json),
    message: fc.oneof(text, json),
    code: fc.oneof(text, json),
    data: json,
    ts: fc.oneof(fc.integer(), fc.double(), json),
    more: json,
  },
  { requiredKeys: [] },
)
const likely = fc.record(
  { level: fc.constantFrom('info', 'error'), message: text, code: text, data: json, ts: fc.nat() },
  { requiredKeys: ['level', 'message'] },
)

describe('isPlainEvent', () => {
  it('takes nothing that the schema refuses', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(event, likely, json), (generated) => {
        const parsed = JSON.parse(JSON.stringify(generated).replaceAll('"1e999"', '1e999'))
        if (!isPlainEvent(parsed)) return
        taken += 1
        expect(DeviceEvent.safeParse(parsed).success).toBe(true)
      }),
      { numRuns: 6_000 },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it('takes the usual', () => {
    for (const usual of [
      { level: 'info', message: 'tick' },
      { level: 'error', message: 'too hot', code: 'E7', data: { celsius: [80.5, null, true] }, ts: 0 },
    ])
      expect([isPlainEvent(usual), DeviceEvent.safeParse(usual).success]).toEqual([true, true])
  })
})
