export interface FieldError {
  /** The path of the field, `organization.slug`; empty for the whole body. */
  path: string
  message: string
}

/** An error that the caller may see. `code` is stable; the message is for people. */
export abstract class DomainError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
    this.name = new.target.name
  }
}

/** The request is not valid. */
export class InvalidError extends DomainError {
  constructor(
    message: string,
    code = 'invalid',
    readonly errors: readonly FieldError[] = [],
  ) {
    super(code, message)
  }
}

/** The caller is unknown. */
export class UnauthorizedError extends DomainError {
  constructor(
    message = 'Sign in, or send an API key as a bearer token.',
    code = 'unauthorized',
    readonly scheme: 'Bearer' | 'Basic' = 'Bearer',
  ) {
    super(code, message)
  }
}

/** The caller is known, and is not allowed to do this. */
export class ForbiddenError extends DomainError {
  constructor(message = 'You may not do this.', code = 'forbidden') {
    super(code, message)
  }
}

/** The object does not exist, or the caller must not learn that it does. */
export class NotFoundError extends DomainError {
  constructor(message = 'This does not exist.', code = 'not_found') {
    super(code, message)
  }
}

/** The request conflicts with existing data. */
export class ConflictError extends DomainError {
  constructor(message: string, code = 'conflict') {
    super(code, message)
  }
}

/** The body has a media type or an encoding that is not accepted. */
export class UnsupportedMediaError extends DomainError {
  constructor(
    message: string,
    code = 'unsupported_media_type',
    /** The encodings that are (RFC 7694). */
    readonly acceptEncoding: string | null = null,
  ) {
    super(code, message)
  }
}

/** The request is well formed, but its content can never be accepted. */
export class UnprocessableError extends DomainError {
  constructor(message: string, code = 'unprocessable') {
    super(code, message)
  }
}

/** The caller exceeded a limit, for now. The message says which, whose it is, and when to come again. */
export class LimitError extends DomainError {
  readonly retryAfterSeconds: number
  /** The name of the limit, as docs/limits.md or docs/rest.md has it. */
  readonly limit: string

  constructor(
    message: string,
    {
      code = 'rate_limited',
      limit,
      retryAfterSeconds,
    }: { code?: string; limit: string; retryAfterSeconds: number },
  ) {
    super(code, message)
    this.limit = limit
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The request has more bytes or items than are allowed at once. */
export class TooLargeError extends DomainError {
  constructor(message: string, code = 'too_large') {
    super(code, message)
  }
}

/** Undecided, because a part that the platform needs is away. The same request may succeed later. */
export class UnavailableError extends DomainError {
  constructor(
    message: string,
    code = 'unavailable',
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code, message)
  }
}
