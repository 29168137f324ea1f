import type { z } from 'zod'
import { explainIssue, explainTypes } from './explain-issue.js'

/** A payload does not fit its channel's schema: `path` says where, `detail` what is wrong there. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'

  constructor(
    /** As in `[3].values.temperature`; empty for the payload as a whole. */
    readonly path: string,
    readonly detail: string,
    { malformed = false } = {},
  ) {
    super(path === '' ? `the payload ${detail}` : `${path} ${detail}`)
    this.malformed = malformed
  }

  /** Whether the payload is not even JSON in UTF-8. */
  readonly malformed: boolean
}

/** Checks a value by a schema. Throws a PayloadError for the issue that helps a person most. */
export function checkPayload<Payload>(schema: z.ZodType<Payload>, value: unknown): Payload {
  try {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    throw refusalOf(schema, value)
  } catch (error) {
    // Schemas recurse, so the size of the stack limits nesting.
    if (!(error instanceof RangeError)) throw error
    throw new PayloadError('', 'is nested too deeply')
  }
}

/** Parses a second time, because a parse with a context takes twice as long, and most payloads are valid. */
function refusalOf(schema: z.ZodType, value: unknown): PayloadError {
  const { error } = schema.safeParse(value, { error: explainIssue, reportInput: true })
  const issue = mostHelpful(error?.issues ?? [])
  return new PayloadError(formatPath(issue.path), issue.message)
}

type Issue = z.core.$ZodIssue

function mostHelpful(issues: readonly Issue[]): Issue {
  return issues.map(innermost).reduce(better)
}

/** A deeper issue is more precise, and a wrong type says less than any other issue at the same place. */
function better(best: Issue, issue: Issue): Issue {
  if (issue.path.length !== best.path.length) return issue.path.length > best.path.length ? issue : best
  return best.code === 'invalid_type' && issue.code !== 'invalid_type' ? issue : best
}

/** Unions and keys wrap the issue that says what is wrong. */
function innermost(issue: Issue): Issue {
  if (issue.code === 'invalid_union') return fromUnion(issue)
  const [inner] = issue.code === 'invalid_key' ? issue.issues : []
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

/** The intended branch is likely the one with the fewest issues and, among equals, the one that got furthest. */
function fromUnion(union: Extract<Issue, { code: 'invalid_union' }>): Issue {
  const branches = union.errors.filter((branch) => branch.length > 0)
  const fewest = Math.min(...branches.map((branch) => branch.length))
  const likely = branches.filter((branch) => branch.length === fewest).map(mostHelpful)
  if (likely.length === 0) return union
  const best = likely.reduce(better)
  const types = likely
    .filter((issue) => issue.path.length === best.path.length)
    .filter((issue) => issue.code === 'invalid_type')
  const message = best.code === 'invalid_type' ? explainTypes(types) : best.message
  return { ...best, message, path: [...union.path, ...best.path] }
}

/** `['a', 3, 'b c']` becomes `a[3]["b c"]`. */
function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[\w-]+$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}
