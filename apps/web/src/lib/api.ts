import { Problem } from '@heliograph/protocol'
import { z } from 'zod'
import { ApiError, UnexpectedResponseError, UnreachableError } from './api-error'
import { addressOf } from './base-path'
import { platformClock } from './platform-clock'

export interface RequestOptions<Schema extends z.ZodType> {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Parses the response; left out for calls without a response body. */
  schema?: Schema
  body?: unknown
  /** A list becomes a parameter for each of its values. */
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  /** The slug of the organization that the call acts in. */
  org?: string
  signal?: AbortSignal
}

/**
 * Calls the REST API. Throws an ApiError for a refusal, an UnreachableError when nothing answered
 * and an UnexpectedResponseError for an answer that breaks the contract.
 */
export async function request<Schema extends z.ZodType = z.ZodUnknown>(
  path: string,
  options: RequestOptions<Schema> = {},
): Promise<z.output<Schema>> {
  const { method = 'GET', schema, body, org, signal } = options
  const response = await send(addressWith(path, options.query), {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(org === undefined ? {} : { 'heliograph-org': org }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  const answer = await readJson(response)
  if (!response.ok) throw toApiError(response, answer)
  const parsed = (schema ?? z.unknown()).safeParse(answer)
  if (!parsed.success) throw new UnexpectedResponseError(path, z.prettifyError(parsed.error))
  return parsed.data as z.output<Schema>
}

/**
 * The address of a file for the browser to download. The server has begun to answer a request for it.
 * Throws as `request` does, so that a refusal is shown instead of saved.
 */
export async function fileAddress(
  path: string,
  { query, org }: Pick<RequestOptions<z.ZodType>, 'query' | 'org'>,
): Promise<string> {
  // A link carries no header.
  const address = addressWith(path, { ...query, organization: org })
  const enough = new AbortController()
  const response = await send(address, { credentials: 'same-origin', signal: enough.signal })
  if (!response.ok) throw toApiError(response, await readJson(response))
  enough.abort()
  return address
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const sentAt = Date.now()
  try {
    const response = await fetch(url, init)
    platformClock.answered(response.headers.get('date'), sentAt)
    return response
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new UnreachableError()
  }
}

function addressWith(path: string, query: RequestOptions<z.ZodType>['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object') for (const one of value) search.append(name, one)
    else if (value !== undefined && value !== '') search.set(name, String(value))
  }
  return addressOf(search.size === 0 ? path : `${path}?${search}`)
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** Sign-in answers with its own shape of error, everything else with RFC 9457. */
const SignInProblem = z.object({ code: z.string().optional(), message: z.string() })

function toApiError(response: Response, answer: unknown): ApiError {
  const retryAfterSeconds = Number(response.headers.get('retry-after')) || null
  const problem = Problem.safeParse(answer)
  if (problem.success) {
    const { code, title, detail, errors } = problem.data
    return new ApiError(response.status, code, detail ?? title, errors ?? [], retryAfterSeconds)
  }
  const signIn = SignInProblem.safeParse(answer)
  if (signIn.success) {
    const { code, message } = signIn.data
    return new ApiError(response.status, code ?? 'unknown', message, [], retryAfterSeconds)
  }
  return new ApiError(response.status, 'unknown', response.statusText, [], retryAfterSeconds)
}
