import { type FieldError, InvalidError } from '../../../foundation/errors/domain-errors.js'

/** The error for a query with bad fields; its text is about the first of them. */
export function invalidQuery(errors: FieldError[]): InvalidError {
  const [first] = errors
  const detail = first === undefined ? 'The query is not valid.' : `${first.path}: ${first.message}`
  return new InvalidError(detail, 'invalid_query', errors)
}
