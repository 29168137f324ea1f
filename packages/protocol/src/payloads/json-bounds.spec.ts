import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkJsonBounds, type JsonBounds } from './json-bounds.js'
import { PayloadError } from './payload-error.js'

const utf8 = (text: string) => new TextEncoder().encode(text)
const wide: JsonBounds = { depth: 1e9, keys: 1e9, values: 1e9 }

function refusal(input: string | Uint8Array, bounds: Partial<JsonBounds>): string | null {
  try {
    checkJsonBounds(typeof input === 'string' ? utf8(input) : input, { ...wide, ...bounds })
    return null
  } catch (error) {
    if (error instanceof PayloadError) return error.message
    throw error
  }
}

/** What JSON.parse reads, counted in its result. */
function measure(value: unknown): JsonBounds {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0, values: 1 }
  const inner = Object.values(value).map(measure)
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    keys: Math.max(Array.isArray(value) ? 0 : inner.length, ...inner.map(({ keys }) => keys)),
    values: 1 + inner.reduce((sum, { values }) => sum + values, 0),
  }
}

/** The same JSON in other words: with white space, and with escapes that JSON.stringify does not write. */
const written = fc
  .tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', ' ', '\t', '\n  '), fc.boolean())
  .map(([value, indent, escaped]) => {
    const text = JSON.stringify(value, null, indent)
    return escaped ? text.replaceAll(/[/:{]/g, inEscapes(text)) : text
  })

/** Replaces characters within strings by their escape, and no other. */
function inEscapes(text: string) {
  const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(({ index, 0: { length } }) => [
    index,
    index + length,
  ])
  return (character: string, at: number) =>
    strings.some(([from = 0, to = 0]) => at > from && at < to)
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      : character
}

describe('the bounds of a JSON text', () => {
  it('are counted exactly as JSON.parse reads it', () => {
    fc.assert(
      fc.property(written, (text) => {
        const real = measure(JSON.parse(text))
        expect(refusal(text, real)).toBeNull()
        for (const name of ['depth', 'keys', 'values'] as const) {
          // Every text has a value.
          if (real[name] === (name === 'values' ? 1 : 0)) continue
          expect(refusal(text, { [name]: real[name] - 1 })).toContain(`(limit json.${name})`)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('count nothing within strings, whatever is escaped there', () => {
    const strings = fc.array(
      fc.string({ unit: fc.constantFrom('\\', '"', '{', '[', ',', ':', '}', ']', 'é', '\u0000', 'a') }),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(strings, (texts) => {
        const text = JSON.stringify(texts)
        expect(refusal(text, { depth: 1, keys: 0, values: texts.length + 1 })).toBeNull()
        expect(refusal(text, { values: texts.length })).toContain('json.values')
        expect(refusal(JSON.stringify({ [texts.join()]: texts }), { keys: 1, depth: 2 })).toBeNull()
      }),
    )
  })

  it('end the scan of any other bytes as well', () => {
    const few = { depth: 3, keys: 3, values: 3 }
    const garbage = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', ' ') })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), garbage, (bytes, text) => {
        for (const input of [bytes, utf8(text)]) {
          const told = refusal(input, few)
          if (told !== null) expect(told).toMatch(/\(limit json\.(?:depth|keys|values)\)$/)
        }
      }),
    )
  })

  it('say which limit is exceeded, and where', () => {
    expect(refusal('[[[1]]]', { depth: 2 })).toBe(
      'the payload is nested over 2 levels deep, at byte 2 (limit json.depth)',
    )
    expect(refusal('{"a":1,"b":2}', { keys: 1 })).toBe(
      'the payload has an object of more than 1 keys, at byte 10 (limit json.keys)',
    )
    expect(refusal('[1,2,3]', { values: 3 })).toBe(
      'the payload holds more than 3 values, at byte 6 (limit json.values)',
    )
  })

  it('end the scan at the first byte that is too much', () => {
    const million = '['.repeat(1_000_000)
    expect(refusal(million, { depth: 80 })).toContain('at byte 80 ')
    const keys = `{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":1`).join()}}`
    expect(refusal(keys, { keys: 1_000 })).toContain('(limit json.keys)')
  })
})
