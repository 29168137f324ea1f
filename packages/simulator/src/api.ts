import { setTimeout as delay } from 'node:timers/promises'
import { type CreateDevice, Device, IssuedCredential, Problem } from '@heliograph/protocol'

/** The platform said no, or nothing that makes sense; the message says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    message: string,
    readonly status: number | null,
  ) {
    super(message)
  }
}

export interface Api {
  createDevice(device: CreateDevice): Promise<Device>
  issueCredential(deviceId: string): Promise<IssuedCredential>
  /** Deleting what is gone already is no error. */
  deleteDevice(deviceId: string): Promise<void>
}

/** The three calls of the REST interface that a fleet needs. Waits and tries again when it is rate limited. */
export function apiClient(url: string, key: string): Api {
  const call = (method: string, path: string, body?: unknown) => request(url, key, method, path, body)
  const device = (id: string) => `/api/v1/devices/${encodeURIComponent(id)}`
  return {
    createDevice: async (input) => parsed(Device, await call('POST', '/api/v1/devices', input)),
    issueCredential: async (id) =>
      parsed(IssuedCredential, await call('POST', `${device(id)}/credentials`, { name: 'simulator' })),
    deleteDevice: async (id) => {
      await call('DELETE', device(id)).catch((error) => {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
    },
  }
}

const maximumAttempts = 10

async function request(
  url: string,
  key: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(url, key, method, path, body)
    if (response.status === 429 && attempt < maximumAttempts) {
      const seconds = Number(response.headers.get('retry-after')) || attempt
      await response.body?.cancel()
      await delay(seconds * 1_000)
      continue
    }
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok) return answer
    throw new ApiError(explain(method, path, response, answer), response.status)
  }
}

async function send(
  url: string,
  key: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Response> {
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
      null,
    )
  }
}

function explain(method: string, path: string, response: Response, answer: unknown): string {
  const problem = Problem.safeParse(answer)
  const said = problem.success ? (problem.data.detail ?? problem.data.title) : response.statusText
  if (response.status === 401) return `The API key was not accepted: ${said}. Make a new one, or check --key.`
  if (response.status === 403) return `The API key may not do this: ${said}. It needs the role admin.`
  return `${method} ${path} was answered with ${response.status}: ${said}`
}

function parsed<Output>(
  schema: { safeParse(value: unknown): { success: true; data: Output } | { success: false } },
  answer: unknown,
): Output {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw new ApiError(
    'The answer is not what this version of the simulator expects. Is --url a Heliograph?',
    null,
  )
}
