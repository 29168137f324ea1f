import type { z } from 'zod'

type RawIssue = z.core.$ZodRawIssue

/** Words an issue as the end of a sentence that begins with its place: `ts` *must be at least 0*. */
export function explainIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return explainTypes([issue])
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing'
      return `must be ${alternatives(quoted(issue.values))}`
    case 'unrecognized_keys':
      return `must not have ${issue.keys.length === 1 ? 'the field' : 'the fields'} ${quoted(issue.keys).join(', ')}`
    case 'too_small':
      return `must ${bound(issue.origin, 'at least', Number(issue.minimum))}`
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', Number(issue.maximum))}`
    default:
      return undefined
  }
}

/** Explains that a value is of none of the types that these issues expect. */
export function explainTypes(issues: readonly Pick<TypeIssue, 'expected' | 'input'>[]): string {
  const expected = new Set(issues.map((issue) => typeNames[issue.expected] ?? issue.expected))
  const input = issues[0]?.input
  if (input === undefined) return 'is missing'
  if (typeof input === 'number' && !Number.isFinite(input)) return 'must be a finite number'
  return `must be ${alternatives([...expected])}, not ${describe(input)}`
}

type TypeIssue = z.core.$ZodIssueInvalidType

const typeNames: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'an array',
  object: 'an object',
  record: 'an object',
}

function describe(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'an array'
  if (typeof input === 'boolean') return String(input)
  return typeNames[typeof input] ?? `a ${typeof input}`
}

function bound(origin: string, which: 'at least' | 'at most', limit: number): string {
  if (origin === 'string') return `be ${which} ${limit} ${limit === 1 ? 'character' : 'characters'} long`
  if (origin === 'array') return `hold ${which} ${limit} ${limit === 1 ? 'item' : 'items'}`
  return `be ${which} ${limit}`
}

function quoted(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value))
}

function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
