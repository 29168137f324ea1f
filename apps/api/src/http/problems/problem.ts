import { STATUS_CODES } from 'node:http'
import type { Problem } from '@heliograph/protocol'
import { HttpException } from '@nestjs/common'
import { wasCanceled } from '../../foundation/database/canceled.js'
import {
  ConflictError,
  DomainError,
  ForbiddenError,
  InvalidError,
  LimitError,
  NotFoundError,
  TooLargeError,
  UnauthorizedError,
  UnavailableError,
  UnprocessableError,
  UnsupportedMediaError,
} from '../../foundation/errors/domain-errors.js'
import { hideSecrets } from '../../foundation/secrets/hide-secrets.js'
import { isAborted } from './failure-log.js'

export interface ProblemResponse {
  problem: Problem
  headers: Record<string, string>
}

/** Maps every error to HTTP. Unknown errors are passed to `report`, and their message is not shown to the client. */
export function problemOf(error: unknown, report: (unknown: unknown) => void): ProblemResponse {
  if (error instanceof DomainError) {
    return {
      problem: {
        ...problem(statusOf(error), error.code, error.message, fieldErrors(error)),
        ...(error instanceof LimitError ? exceeded(error.limit) : {}),
      },
      headers: headersOf(error),
    }
  }
  const transport = transportError(error)
  if (transport !== null) return { problem: transport, headers: {} }
  report(error)
  if (isAborted(error)) {
    return { problem: problem(400, 'aborted', 'The request ended before its body was whole.'), headers: {} }
  }
  if (wasCanceled(error)) {
    const detail = 'The database took too long over this and cancelled it. Nothing was changed. Try again.'
    return { problem: problem(503, 'query_timeout', detail), headers: { 'retry-after': '5' } }
  }
  if (isDatabaseAway(error)) {
    const detail = 'The database does not answer at the moment. Nothing was changed.'
    return { problem: problem(503, 'database_unavailable', detail), headers: { 'retry-after': '2' } }
  }
  return {
    problem: problem(500, 'internal', 'The platform failed to answer. Its log has the error.'),
    headers: {},
  }
}

const statuses: readonly [abstract new (...parameters: never[]) => DomainError, number][] = [
  [InvalidError, 400],
  [UnauthorizedError, 401],
  [ForbiddenError, 403],
  [NotFoundError, 404],
  [ConflictError, 409],
  [TooLargeError, 413],
  [UnsupportedMediaError, 415],
  [UnprocessableError, 422],
  [LimitError, 429],
  [UnavailableError, 503],
]

function statusOf(error: DomainError): number {
  return statuses.find(([type]) => error instanceof type)?.[1] ?? 500
}

/** The problem type of draft-ietf-httpapi-ratelimit-headers-10, 5.1. */
export function exceeded(limit: string): Pick<Problem, 'type' | 'violated-policies'> {
  return {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    'violated-policies': [limit],
  }
}

function fieldErrors(error: DomainError): Problem['errors'] {
  return error instanceof InvalidError && error.errors.length > 0 ? [...error.errors] : undefined
}

function headersOf(error: DomainError): Record<string, string> {
  if (error instanceof UnauthorizedError) return { 'www-authenticate': `${error.scheme} realm="Heliograph"` }
  if (error instanceof UnsupportedMediaError && error.acceptEncoding !== null)
    return { 'accept-encoding': error.acceptEncoding }
  if (
    (error instanceof LimitError || error instanceof UnavailableError) &&
    error.retryAfterSeconds !== null
  ) {
    return { 'retry-after': String(error.retryAfterSeconds) }
  }
  return {}
}

function problem(status: number, code: string, detail: string, errors?: Problem['errors']): Problem {
  const title = STATUS_CODES[status] ?? 'Error'
  const told = errors?.map(({ path, message }) => ({
    path: hideSecrets(path),
    message: hideSecrets(message),
  }))
  return {
    ...{ type: 'about:blank', title, status, detail: hideSecrets(detail), code },
    ...(told ? { errors: told } : {}),
  }
}

const transportCodes: Record<number, [code: string, detail: string]> = {
  400: ['bad_request', 'The request cannot be read.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This address does not support the method.'],
  408: ['timeout', 'The request took too long to arrive.'],
  413: ['too_large', 'The body is too large.'],
  414: ['too_large', 'The address is too long.'],
  415: ['unsupported_media_type', 'Send JSON: content-type: application/json.'],
}

/** Maps errors of Nest and Fastify: an unknown route, a body that is not JSON or too large. */
function transportError(error: unknown): Problem | null {
  const status =
    error instanceof HttpException ? error.getStatus() : isFastifyError(error) ? error.statusCode : 500
  const [code, detail] = transportCodes[status] ?? []
  return code === undefined || detail === undefined ? null : problem(status, code, detail)
}

function isFastifyError(error: unknown): error is { statusCode: number } {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    (error instanceof SyntaxError || ('code' in error && String(error.code).startsWith('FST_')))
  )
}

const awayCodes = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
])
const awayPrismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'])

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    awayCodes.has(code) ||
    awayPrismaCodes.has(code) ||
    /timeout exceeded when trying to connect|Connection terminated|Query read timeout/.test(error.message) ||
    isDatabaseAway(error.cause)
  )
}
