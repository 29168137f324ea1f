/** An error that a person can act on: shown as it is, without a stack. */
export class UserError extends Error {
  /**
   * @param {string} what what went wrong, and why
   * @param {...string} hints what to do about it, a line each
   */
  constructor(what, ...hints) {
    super([what, ...hints.map((hint) => `  ${hint}`)].join('\n'))
    this.name = 'UserError'
  }
}

/**
 * What to print of an error that ends a command.
 * @param {unknown} error
 */
export function describeError(error) {
  if (error instanceof UserError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
