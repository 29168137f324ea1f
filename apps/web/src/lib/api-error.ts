/** The platform understood the call and refused it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    /** Stable: what a program may decide by. */
    readonly code: string,
    readonly detail: string,
    readonly fields: { path: string; message: string }[],
    readonly retryAfterSeconds: number | null,
  ) {
    super(`${status} ${code}: ${detail}`)
  }
}

/** Nothing answered: the platform is down, or the network between is. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The answer is not what the contract says: most likely the page is older or newer than the platform. */
export class UnexpectedResponseError extends Error {
  override readonly name = 'UnexpectedResponseError'

  constructor(
    readonly path: string,
    readonly detail: string,
  ) {
    super(`${path}: ${detail}`)
  }
}
