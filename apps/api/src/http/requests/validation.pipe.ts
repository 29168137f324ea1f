import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common'
import { InvalidError } from '../../foundation/errors/domain-errors.js'

type Issues = readonly {
  message: string
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined
}[]

/** Validates bodies, queries and parameters by their schema. Its error names the path of each mistake. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues: Issues) => invalidInput(issues) })
  }

  /** Treats a missing body as an empty object, so that a call whose fields are all optional needs no body. */
  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const given = metadata.type === 'body' && (value === undefined || value === null) ? ({} as T) : value
    return super.transform(given, metadata)
  }
}

/** Makes an error that lists at most 20 mistakes with their paths. */
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
