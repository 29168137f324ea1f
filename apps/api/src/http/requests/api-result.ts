import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common'
import { ApiResponse } from '@nestjs/swagger'
import type { z } from 'zod'

/** The answer of a route: only the fields of the schema are sent, and they are documented. */
export function ApiResult(status: 200 | 201, schema: z.ZodType, description: string) {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, description, standardSchema: schema }),
  )
}

/** Documents further media types of an answer. They are added to the finished document, as Nest allows one schema for all. */
export function ApiAlsoAs(
  status: 200,
  content: Record<string, { schema: { type: 'string'; description: string } }>,
) {
  const response = { status, [furtherContent]: content }
  return ApiResponse(response)
}

/** A route that answers a file, in one of several media types. */
export function ApiFile(content: Record<string, string>) {
  const documented = Object.entries(content).map(([type, description]) => [
    type,
    { schema: { type: 'string', description } },
  ])
  const response = { status: 200, description: 'The file', content: Object.fromEntries(documented) }
  return applyDecorators(HttpCode(200), ApiResponse(response))
}

/** The key under which `ApiAlsoAs` keeps them until the document is finished. */
export const furtherContent = 'x-further-content'

/** A route that answers 204 without a body. */
export function ApiNothing(description: string) {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }))
}

const meanings = {
  400: 'The request is not valid; `errors` says where',
  401: 'The caller is unknown',
  403: 'The caller may not do this',
  404: 'It does not exist in the caller’s organization',
  409: 'It conflicts with existing data',
  413: 'The body is too large',
  415: 'The body has a media type or an encoding that is not accepted',
  422: 'The content can never be accepted; `detail` says why',
  429: 'A limit was exceeded; `Retry-After` says when to try again',
  503: 'Undecided, because a part of the platform does not answer or is busy; try again',
} as const

/** Documents the problems (RFC 9457) of a route. */
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
