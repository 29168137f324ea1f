import { type Scope, scopes } from '@heliograph/protocol'

/** A tag limit from its column, in which an empty list stands for no limit. */
export function storedTags(column: readonly string[] | null): string[] | null {
  return column === null || column.length === 0 ? null : [...column]
}

/** The scopes of a key from their column, in which an empty list stands for all. A scope that is none any more allows nothing. */
export function storedScopes(column: readonly string[]): Scope[] | null {
  return column.length === 0 ? null : scopes.filter((scope) => column.includes(scope))
}
