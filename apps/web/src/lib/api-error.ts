/** The server understood the request and refused it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    /** Stable, so that programs may depend on it. */
    readonly code: string,
    readonly detail: string,
    readonly fields: { path: string; message: string }[],
    readonly retryAfterSeconds: number | null,
  ) {
    super(`${status} ${code}: ${detail}`)
  }
}

/** No answer: the server or the network is down. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The answer violates the contract: most likely the page is older or newer than the server. */
export class UnexpectedResponseError extends Error {
  override readonly name = 'UnexpectedResponseError'

  constructor(
    readonly path: string,
    readonly detail: string,
  ) {
    super(`${path}: ${detail}`)
  }
}
