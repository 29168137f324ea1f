import { z } from 'zod'

const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().optional() })

const levels: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** Formats a line of the log for a terminal: `14:03:07 warn  text (status 503, path /x)`. */
export function readableLine(json: string): string {
  const { level, time, msg, context: _, err, stack, requestId: __, ...rest } = Line.parse(JSON.parse(json))
  const clock = new Date(time).toTimeString().slice(0, 8)
  const details = Object.entries(rest).map(([name, value]) => `${name} ${text(value)}`)
  const trace = level >= 50 ? traceOf(err, stack) : ''
  const words = [msg ?? '', details.length > 0 ? `(${details.join(', ')})` : ''].filter(Boolean).join(' ')
  return `${clock} ${(levels[level] ?? String(level)).padEnd(5)} ${escapeControls(words)}${trace}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function traceOf(error: unknown, stack: unknown): string {
  const trace = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : stack
  if (typeof trace !== 'string') return ''
  return trace
    .split('\n')
    .map((line) => `\n    ${escapeControls(line)}`)
    .join('')
}

/** Escapes control characters, also those of the writing direction: text from clients must not steer the terminal. */
function escapeControls(words: string): string {
  return words.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    const code = character.charCodeAt(0)
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\x${code.toString(16).padStart(2, '0')}`
  })
}
