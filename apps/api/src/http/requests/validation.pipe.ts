import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common'
import { InvalidError } from '../../foundation/errors/domain-errors.js'

type Issues = readonly {
  message: string
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined
}[]

/** Checks bodies, queries and parameters against their schema, and says of each mistake where it is. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues: Issues) => invalidInput(issues) })
  }

  /** No body is an empty one, so that a call whose fields are all optional needs none. */
  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const given = metadata.type === 'body' && (value === undefined || value === null) ? ({} as T) : value
    return super.transform(given, metadata)
  }
}

/** Says of each mistake where it is. */
export function invalidInput(issues: Issues): InvalidError {
  const errors = issues.slice(0, 20).map(({ path = [], message }) => ({
    path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
    message,
  }))
  const first = errors[0]
  const detail =
    first === undefined ? 'The request is not valid.' : `${first.path || 'request'}: ${first.message}`
  return new InvalidError(detail, 'invalid', errors)
}
