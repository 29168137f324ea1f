import type { z } from 'zod'

/** A payload that is not what its channel carries: where in it, and what was expected there. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'

  constructor(
    /** Where, as in `[3].values.temperature`; empty for the payload as a whole. */
    readonly path: string,
    readonly detail: string,
  ) {
    super(path === '' ? detail : `${path}: ${detail}`)
  }

  /** The issue of a failed parse that tells a person most: of a union, that of the branch that came furthest. */
  static from(error: z.ZodError): PayloadError {
    const issue = mostTelling(error.issues)
    return new PayloadError(formatPath(issue.path), issue.message)
  }
}

type Issue = z.core.$ZodIssue

function mostTelling(issues: readonly Issue[]): Issue {
  const expanded = issues.map((issue) => (issue.code === 'invalid_union' ? fromUnion(issue) : issue))
  return expanded.reduce((best, issue) => (issue.path.length > best.path.length ? issue : best))
}

/** The branch that was meant is the one with the fewest objections, and among those the one that came furthest. */
function fromUnion(union: Extract<Issue, { code: 'invalid_union' }>): Issue {
  const branches = union.errors.filter((branch) => branch.length > 0)
  const fewest = Math.min(...branches.map((branch) => branch.length))
  const meant = branches.filter((branch) => branch.length === fewest).map(mostTelling)
  if (meant.length === 0) return union
  const inner = mostTelling(meant)
  return { ...inner, path: [...union.path, ...inner.path] }
}

/** `['a', 3, 'b c']` becomes `a[3]["b c"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[\w-]+$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}
