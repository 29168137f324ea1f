import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common'
import { ApiResponse } from '@nestjs/swagger'
import type { z } from 'zod'

/** What a route answers: sends exactly the schema's fields, and documents them. */
export function ApiResult(status: 200 | 201, schema: z.ZodType, description: string) {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, description, standardSchema: schema }),
  )
}

/** Further media types of an answer. Nest documents one schema for all, so these are put in once the document is made. */
export function ApiAlsoAs(
  status: 200,
  content: Record<string, { schema: { type: 'string'; description: string } }>,
) {
  const response = { status, [furtherContent]: content }
  return ApiResponse(response)
}

/** Where `ApiAlsoAs` leaves them; no part of the finished document. */
export const furtherContent = 'x-further-content'

/** A route that answers 204 and nothing else. */
export function ApiNothing(description: string) {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }))
}

const meanings = {
  400: 'The request is not valid; `errors` says where',
  401: 'No known caller',
  403: 'The caller may not do this',
  404: 'There is no such thing in the caller’s organization',
  409: 'It clashes with what is there',
  413: 'The body is too large',
  415: 'The body is no JSON',
  422: 'The content can never be accepted; `detail` says why',
  429: 'Too often; `Retry-After` says when to come back',
  503: 'Not decided: something the platform needs is away',
} as const

/** The problems (RFC 9457) that a route may answer with. */
export function ApiProblems(...statuses: (keyof typeof meanings)[]) {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: meanings[status],
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
  )
}
