import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PayloadError } from './payload-error.js'
import { parseJson, payloadText } from './payload-text.js'

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const utf8 = (text: string) => new TextEncoder().encode(text)

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof PayloadError && error.malformed) return error.message
    throw error
  }
  return 'accepted'
}

describe('payloadText', () => {
  it('leaves out a byte order mark at the begin, and NULs and white space at the end', () => {
    expect(payloadText(utf8('\ufeff{"a":"°C"}\r\n\0\t \0\0'))).toBe('{"a":"°C"}')
    expect(payloadText(utf8('{"a":1}'))).toBe('{"a":1}')
    expect(payloadText(utf8(' \0\n'))).toBe('')
    expect(payloadText(utf8('{"a":"\ufeff x"}'))).toBe('{"a":"\ufeff x"}')
  })

  it.each([
    ['{"a":"\xb0C"}', 'unexpected byte 0xb0 at position 6'],
    ['\xef\xbf\xbd\xff', 'unexpected byte 0xff at position 3'],
    ['ab\xc3', 'unexpected byte 0xc3 at position 2'],
    ['\xc3\xa4\xed\xa0\x80', 'unexpected byte 0xed at position 2'],
  ])('names the first byte of %j that is not UTF-8', (text, problem) => {
    expect(refusal(() => payloadText(latin1(text)))).toBe(`the payload is not valid UTF-8: ${problem}`)
  })
})

describe('parseJson', () => {
  it.each([
    ['', 'it is empty'],
    ['{"temp":', 'it ends at position 8, before it is complete'],
    ['{"temp":"x', 'it ends at position 10, before it is complete'],
    ['{"temp": nan}', 'unexpected "nan" at position 9; leave the value out, or send null'],
    ['{"temp":-Infinity}', 'unexpected "Infinity" at position 9; leave the value out, or send null'],
    ["{'temp':21}", 'unexpected "\'" at position 1; text and keys are in double quotes'],
    ['{"temp":21.5,}', 'unexpected "}" at position 13'],
    ['{"temp":21.5}x', 'unexpected "x" at position 13'],
    ['{"temp":1.}', 'unexpected "}" at position 10'],
    ['[1}', 'unexpected "}" at position 2'],
    ['{"a":True}', 'unexpected "True" at position 5'],
    ['{"a" 1}', 'unexpected "1" at position 5'],
    ['{"a":"😀"😀}', 'unexpected "😀" at position 9'],
    [
      '{"a":"x\ty"}',
      'unexpected "\\t" at position 7; in text, control characters are written as in \\n or \\u0001',
    ],
    ['{"a":"x\\q"}', 'unexpected "\\\\" at position 7'],
  ])('names the place of the mistake in %j', (text, problem) => {
    expect(refusal(() => parseJson(text))).toBe(`the payload is not valid JSON: ${problem}`)
  })

  it('finds it where the engine does, and wherever a text is cut', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('}', ']', ',', ':', 'x', '"'),
        (json, where, extra) => {
          const at = where % (json.length + 1)
          for (const text of [json.slice(0, at), json.slice(0, at) + extra + json.slice(at)]) {
            const ours = refusal(() => parseJson(text))
            const place = /position (\d+)$/.exec(engineError(text))?.[1]
            const ourPlace = /position (\d+)/.exec(ours)?.[1]
            // The engine points into true, false, null and escapes, and we to their begin.
            if (place === undefined || /[tfn\\]/.test(text[Number(ourPlace)] ?? '')) continue
            expect(`${text} ${ourPlace}`).toBe(`${text} ${place}`)
          }
        },
      ),
    )
  })

  it('needs no more memory for a long or a deep text', () => {
    expect(refusal(() => parseJson(`"${'x'.repeat(2_000_000)}`))).toContain('it ends at position 2000001')
    expect(refusal(() => parseJson('['.repeat(1_000_000)))).toContain('it ends at position 1000000')
  })
})

function engineError(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as SyntaxError).message
  }
}
