import { setTimeout as delay } from 'node:timers/promises'
import { type CreateDevice, Device, IssuedCredential, Problem } from '@heliograph/protocol'

/** A request failed. The message says why, and what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    message: string,
    /** The HTTP status; null when there was no valid response. */
    readonly status: number | null = null,
  ) {
    super(message)
  }
}

export interface Api {
  createDevice(device: CreateDevice): Promise<Device>
  issueCredential(deviceId: string): Promise<IssuedCredential>
  /** Resolves also when the device does not exist any more. */
  deleteDevice(deviceId: string): Promise<void>
}

export interface ApiOptions {
  /** The address of the platform. */
  url: string
  key: string
  /** Waits before a request is repeated. */
  wait?(ms: number): Promise<unknown>
}

/** The three calls of the REST interface that a fleet needs. Repeats a request that the rate limit refused. */
export function apiClient(options: ApiOptions): Api {
  const device = (id: string) => `/api/v1/devices/${encodeURIComponent(id)}`
  return {
    createDevice: async (body) =>
      parsed(Device, await request(options, { method: 'POST', path: '/api/v1/devices', body })),
    issueCredential: async (id) => {
      const body = { name: 'simulator' }
      const path = `${device(id)}/credentials`
      return parsed(IssuedCredential, await request(options, { method: 'POST', path, body }))
    },
    deleteDevice: async (id) => {
      await request(options, { method: 'DELETE', path: device(id) }).catch((error) => {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
    },
  }
}

interface Call {
  method: 'POST' | 'DELETE'
  path: string
  body?: unknown
}

const maximumAttempts = 10

async function request(options: ApiOptions, call: Call): Promise<unknown> {
  const { wait = delay } = options
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(options, call)
    if (response.status === 429 && attempt < maximumAttempts) {
      const seconds = Number(response.headers.get('retry-after')) || attempt
      await response.body?.cancel()
      await wait(seconds * 1_000)
      continue
    }
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok) return answer
    throw new ApiError(explain(call, response, answer), response.status)
  }
}

async function send({ url, key }: ApiOptions, { method, path, body }: Call): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
  } catch (error) {
    const cause = (error as Error).cause
    const why = cause instanceof Error ? cause.message : (error as Error).message
    throw new ApiError(
      `No answer from ${url} (${why}). Is the platform running there? "npm start" starts it.`,
    )
  }
}

function explain({ method, path }: Call, response: Response, answer: unknown): string {
  const problem = Problem.safeParse(answer)
  const said = problem.success ? (problem.data.detail ?? problem.data.title) : response.statusText
  if (response.status === 401) return `The API key was not accepted: ${said}. Make a new one, or check --key.`
  if (response.status === 403) return `The API key may not do this: ${said}. It needs the role admin.`
  return `${method} ${path} failed with status ${response.status}: ${said}`
}

function parsed<Output>(
  schema: { safeParse(value: unknown): { success: true; data: Output } | { success: false } },
  answer: unknown,
): Output {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw new ApiError(
    'The response has an unknown format. Is --url the address of a Heliograph, in the same version as this simulator?',
  )
}
