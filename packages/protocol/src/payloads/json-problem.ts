/**
 * Explains why a text is not JSON (RFC 8259), with the place, which not every engine tells: `unexpected "n" at position 13`.
 * For a text that JSON.parse has refused.
 */
export function jsonProblem(text: string): string {
  const at = firstMistake(text)
  if (text.trim() === '') return 'it is empty'
  if (at >= text.length) return `it ends at position ${text.length}, before it is complete`
  const word = /^(?:nan|inf(?:inity)?|none|undefined|true|false|null)\b/i.exec(text.slice(at, at + 12))?.[0]
  const found = word ?? String.fromCodePoint(text.codePointAt(at) ?? 0)
  return `unexpected ${JSON.stringify(found)} at position ${at}${hint(found)}`
}

function hint(found: string): string {
  if (found === "'") return '; text and keys are in double quotes'
  if (/^(?:nan|inf|undefined|none)/i.test(found)) return '; leave the value out, or send null'
  if (found < ' ') return '; in text, control characters are written as in \\n or \\u0001'
  return ''
}

/** What may come next. */
type State = 'value' | 'first item' | 'first key' | 'key' | 'colon' | 'comma' | 'end'

/** The position of the first character that no JSON has there; the length of the text if it only ends too early. */
function firstMistake(text: string): number {
  const open: ('{' | '[')[] = []
  let state: State = 'value'
  let at = 0
  const afterValue = (): State => (open.length === 0 ? 'end' : 'comma')
  for (;;) {
    at = endOf(whitespace, text, at)
    const character = text[at]
    if (character === undefined || state === 'end') return at
    if (closes(character, state, open)) {
      open.pop()
      state = afterValue()
      at += 1
    } else if (state === 'colon' || state === 'comma') {
      if (character !== (state === 'colon' ? ':' : ',')) return at
      state = state === 'comma' && open.at(-1) === '{' ? 'key' : 'value'
      at += 1
    } else if (state === 'key' || state === 'first key') {
      if (character !== '"') return at
      const { end, complete } = readString(text, at)
      if (!complete) return end
      state = 'colon'
      at = end
    } else if (character === '{' || character === '[') {
      open.push(character)
      state = character === '{' ? 'first key' : 'first item'
      at += 1
    } else {
      const { end, complete } = character === '"' ? readString(text, at) : readScalar(text, at)
      if (!complete) return end
      state = afterValue()
      at = end
    }
  }
}

function closes(character: string, state: State, open: readonly string[]): boolean {
  if (character === '}') return open.at(-1) === '{' && (state === 'first key' || state === 'comma')
  return character === ']' && open.at(-1) === '[' && (state === 'first item' || state === 'comma')
}

const whitespace = /[ \t\r\n]*/y
const literal = /true|false|null/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const begunNumber = /-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?)?/y
const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

/** Where a match at a position ends; the position itself when nothing matches there. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Where something that begins at a position ends, or what is wrong with it stands. */
interface Reading {
  end: number
  complete: boolean
}

function readScalar(text: string, at: number): Reading {
  const literalEnd = endOf(literal, text, at)
  if (literalEnd > at) return { end: literalEnd, complete: true }
  const end = endOf(begunNumber, text, at)
  return { end, complete: end > at && end === endOf(number, text, at) }
}

/** A pattern for the whole string would need memory for each of its characters. */
function readString(text: string, from: number): Reading {
  let at = from + 1
  while (at < text.length && text[at] !== '"') {
    const end = text[at] === '\\' ? endOf(escaped, text, at) : at + 1
    if (end === at || (text[at] as string) < ' ') return { end: at, complete: false }
    at = end
  }
  return at < text.length ? { end: at + 1, complete: true } : { end: at, complete: false }
}
