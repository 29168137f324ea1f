import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { CommandReply, DeviceEvent, ReportedState } from './device.js'
import { checkPayload, PayloadError } from './payload-error.js'
import { Telemetry } from './telemetry.js'

function refusal(schema: z.ZodType, value: unknown): string {
  try {
    checkPayload(schema, value)
  } catch (error) {
    if (error instanceof PayloadError) return error.message
    throw error
  }
  return 'accepted'
}

const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))

describe('the refusal of a payload', () => {
  it.each<[unknown, string]>([
    [5, 'the payload must be an object or an array, not a number'],
    [null, 'the payload must be an object or an array, not null'],
    [{}, 'the payload must hold at least one value'],
    [[{ a: 1 }, 5], '[1] must be an object, not a number'],
    [[{ a: 1 }, { ts: -1, values: { a: 1 } }], '[1].ts must not be negative, and is -1'],
    [Array.from({ length: 1_001 }, () => ({ a: 1 })), 'the payload must hold at most 1000 items'],
    [keys(257), 'the payload must hold at most 256 keys'],
    [{ ts: 5 }, 'values is missing'],
    [
      { ts: 5, temperature: 1 },
      'the payload must have its values in "values", as in {"ts": …, "values": {"temperature": …}}',
    ],
    [{ ts: 5, values: 1 }, 'values must be an object, not a number'],
    [
      [{ a: 1 }, { ts: 'yesterday', values: { a: 1 } }],
      '[1].ts must be seconds, milliseconds, microseconds or nanoseconds since 1970, or RFC 3339 text as in "2026-01-01T00:00:00Z", not "yesterday"',
    ],
    [{ ts: 5, values: {} }, 'values must hold at least one value'],
    [{ ts: 5, values: { a: 1 }, x: 1 }, 'the payload must not have the field "x"'],
    [{ ts: 5, values: { a: 1 }, x: 1, y: 1 }, 'the payload must not have the fields "x", "y"'],
    [{ a: Number.POSITIVE_INFINITY }, 'a must be a finite number'],
    [{ a: [1, Number.NaN] }, 'a[1] must be a finite number'],
    [{ 'a b': 'x'.repeat(65_537) }, '["a b"] must be text of at most 65,536 characters'],
    [{ '': 1 }, '[""] must not be empty as a key'],
    [{ 'a\n': 1 }, '["a\\n"] must not hold control characters as a key'],
  ])('of telemetry, case %#, says what is wrong and where', (value, expected) => {
    expect(refusal(Telemetry, value)).toBe(expected)
  })

  it.each<[z.ZodType, unknown, string]>([
    [DeviceEvent, {}, 'level is missing'],
    [
      DeviceEvent,
      { level: 'loud', message: 'm' },
      'level must be "debug", "info", "warning", "error" or "critical"',
    ],
    [DeviceEvent, { level: 'info' }, 'message is missing'],
    [DeviceEvent, { level: 'info', message: '' }, 'message must be at least 1 character long'],
    [
      DeviceEvent,
      { level: 'info', message: 'x'.repeat(4_097) },
      'message must be at most 4096 characters long',
    ],
    [ReportedState, [], 'the payload must be an object, not an array'],
    [CommandReply, { status: 'done', error: true }, 'error must be text, not true'],
  ])('of other channels, case %#, says what is wrong and where', (schema, value, expected) => {
    expect(refusal(schema, value)).toBe(expected)
  })

  it('hands over the path apart from the words', () => {
    expect(() => checkPayload(Telemetry, [{ a: 1 }, {}])).toThrow(
      expect.objectContaining({ path: '[1]', detail: 'must hold at least one value' }),
    )
  })
})
