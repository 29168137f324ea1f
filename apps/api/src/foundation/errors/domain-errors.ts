export interface FieldError {
  /** Where: `organization.slug`; empty for the whole. */
  path: string
  message: string
}

/** Something that a caller may know of. `code` is stable; the message is for people. */
export abstract class DomainError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
    this.name = new.target.name
  }
}

/** The request makes no sense as it is. */
export class InvalidError extends DomainError {
  constructor(
    message: string,
    code = 'invalid',
    readonly errors: readonly FieldError[] = [],
  ) {
    super(code, message)
  }
}

/** Nobody known is asking. */
export class UnauthorizedError extends DomainError {
  constructor(
    message = 'Sign in, or send an API key as a bearer token.',
    code = 'unauthorized',
    readonly scheme: 'Bearer' | 'Basic' = 'Bearer',
  ) {
    super(code, message)
  }
}

/** The caller is known, and may not. */
export class ForbiddenError extends DomainError {
  constructor(message = 'You may not do this.', code = 'forbidden') {
    super(code, message)
  }
}

/** There is no such thing, or the caller must not learn that there is. */
export class NotFoundError extends DomainError {
  constructor(message = 'There is no such thing here.', code = 'not_found') {
    super(code, message)
  }
}

/** It clashes with what is there. */
export class ConflictError extends DomainError {
  constructor(message: string, code = 'conflict') {
    super(code, message)
  }
}

/** It can be read, and its content can never be accepted. */
export class UnprocessableError extends DomainError {
  constructor(message: string, code = 'unprocessable') {
    super(code, message)
  }
}

/** More than is allowed, for now. */
export class LimitError extends DomainError {
  constructor(
    message: string,
    code = 'rate_limited',
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code, message)
  }
}

/** More bytes or items than is allowed at once. */
export class TooLargeError extends DomainError {
  constructor(message: string, code = 'too_large') {
    super(code, message)
  }
}

/** Not decided: something that the platform needs is away. The same request may work later. */
export class UnavailableError extends DomainError {
  constructor(
    message: string,
    code = 'unavailable',
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code, message)
  }
}
