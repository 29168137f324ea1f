import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { events } from '../channels.js'
import { isPlainEventJson } from './plain-event-json.js'

const encoder = new TextEncoder()
const bytesOf = (text: string) => encoder.encode(text)

/** By the full check: UTF-8, JSON, schema. */
function isEvent(bytes: Uint8Array): boolean {
  try {
    events.decode(bytes)
    return true
  } catch {
    return false
  }
}

const levels = fc.constantFrom('debug', 'info', 'warning', 'error', 'critical')
const words = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.constantFrom(
    '',
    'x',
    'x'.repeat(128),
    'x'.repeat(129),
    'x'.repeat(4_096),
    'x'.repeat(4_097),
    '__proto__',
  ),
)
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(-0, 1e22, 1e-7, 253_402_300_799_999, 253_402_300_800_000, 1_767_225_600_000.5),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium' },
    numbers,
    words,
    fc.constantFrom(null, true, false, [], {}),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(words, tie('json'), { maxKeys: 3 }),
  ),
}))
const usual = fc.record(
  {
    level: levels,
    message: fc.string({ minLength: 1 }),
    code: fc.string({ minLength: 1 }),
    data: json,
    ts: fc.nat(),
  },
  { requiredKeys: ['level', 'message'] },
)
const unusual = fc.record(
  {
    level: fc.oneof(levels, json),
    message: words,
    code: words,
    data: json,
    ts: fc.oneof(numbers, json),
    x: json,
  },
  { requiredKeys: [] },
)
const text = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: usual }, unusual, json), fc.constantFrom(undefined, 1, '\t', ' \r'))
  .map(([value, indent]) => JSON.stringify(value, null, indent) ?? 'null')

/** Bytes that mean something in JSON, or nothing anywhere. */
const aByte = fc.oneof(
  fc.constantFrom(...bytesOf('{}[]",:\\0123456789.-+eE \n\r\tu/tfn'), 0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xff),
  fc.integer({ min: 0, max: 255 }),
)
interface Edit {
  where: number
  length: number
  bytes: number[]
  again: boolean
}
const edit: fc.Arbitrary<Edit> = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.nat({ max: 8 }),
  bytes: fc.array(aByte, { maxLength: 4 }),
  again: fc.boolean(),
})

/** Puts other bytes in place of some, or some of the text's own there once more. */
function edited(bytes: Uint8Array, edits: Edit[]): Uint8Array {
  return edits.reduce((before, { where, length, bytes: inserted, again }) => {
    const at = Math.floor(where * before.length)
    const middle = again ? before.subarray(at, at + length * 4) : Uint8Array.from(inserted)
    return Uint8Array.from([
      ...before.subarray(0, at),
      ...middle,
      ...before.subarray(again ? at : at + length),
    ])
  }, bytes)
}

describe('isPlainEventJson', () => {
  it('takes nothing that the full check refuses, whatever bytes are changed', () => {
    let [taken, refused] = [0, 0]
    fc.assert(
      fc.property(text, fc.array(edit, { maxLength: 3 }), (original, edits) => {
        const bytes = edited(bytesOf(original), edits)
        const accepted = isEvent(bytes)
        if (!accepted) refused += 1
        if (!isPlainEventJson(bytes)) return
        taken += 1
        expect(accepted, JSON.stringify(Buffer.from(bytes).toString())).toBe(true)
      }),
      { numRuns: 6_000 },
    )
    expect(Math.min(taken, refused)).toBeGreaterThan(300)
  })

  it.each([
    '{"level":"info","message":"tick","data":{"seq":12,"on":[true,null,-0.5]}}',
    ' {"code":"E7", "level":"warning","message":"m","ts":253402300799999, "data":[{},"",0]}\n',
  ])('takes nothing that the full check refuses, whichever byte of %j is another or missing', (original) => {
    const bytes = bytesOf(original)
    expect(isPlainEventJson(bytes)).toBe(true)
    const wrong: string[] = []
    const judge = (changed: Uint8Array) => {
      if (isPlainEventJson(changed) && !isEvent(changed)) wrong.push(Buffer.from(changed).toString())
    }
    for (const at of bytes.keys()) {
      for (let byte = 0; byte < 256; byte++) judge(bytes.with(at, byte))
      judge(bytes.subarray(0, at))
      judge(Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]))
    }
    expect(wrong).toEqual([])
  })

  it('takes all that is written plainly', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            level: levels,
            message: fc.stringMatching(/^[ !#-[\]-~]{1,40}$/),
            code: fc.stringMatching(/^[\w.-]{1,128}$/),
            data: fc.jsonValue({ noUnicodeString: true, maxDepth: 3 }),
            ts: fc.nat({ max: 253_402_300_799_999 }),
          },
          { requiredKeys: ['level', 'message'] },
        ),
        fc.constantFrom(undefined, 2),
        (event, indent) => {
          const written = JSON.stringify(event, null, indent)
          // Escapes, exponents and this key are for others to judge.
          fc.pre(!/\\|\d[eE]|__proto__/.test(written) && /^[\n -~]*$/.test(written))
          expect(isPlainEventJson(bytesOf(written)), written).toBe(true)
        },
      ),
    )
  })

  it.each([
    ['an escape', '{"level":"info","message":"a\\nb"}'],
    ['other than ASCII', '{"level":"info","message":"zu heiß"}'],
    ['an exponent', '{"level":"info","message":"a","data":1e3}'],
    ['a fraction of a millisecond', '{"level":"info","message":"a","ts":1.5}'],
    ['a member twice', '{"level":"info","message":"a","message":"b"}'],
    ['deep nesting', `{"level":"info","message":"a","data":${'['.repeat(17)}${']'.repeat(17)}}`],
  ])('leaves %s to others, though it is right', (_, written) => {
    expect([isPlainEventJson(bytesOf(written)), isEvent(bytesOf(written))]).toEqual([false, true])
  })

  it('looks at nothing outside of its part of a larger buffer', () => {
    const larger = bytesOf('xx{"level":"info","message":"a"}}"')
    expect(isPlainEventJson(larger.subarray(2, -2))).toBe(true)
    expect(isPlainEventJson(larger.subarray(2, -3))).toBe(false)
  })
})
