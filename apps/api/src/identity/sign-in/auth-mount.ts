import type { IncomingMessage, ServerResponse } from 'node:http'
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../../foundation/database/database.service.js'
import { TooLargeError, UnavailableError } from '../../foundation/errors/domain-errors.js'
import { type Client, clientOf } from '../../http/front-door/client.js'
import { FrontDoor } from '../../http/front-door/front-door.js'
import { sendProblem } from '../../http/front-door/plain-responses.js'
import { problemOf } from '../../http/problems/problem.js'
import { invalidInput } from '../../http/requests/validation.pipe.js'
import { AuthService } from './auth.service.js'
import { authCalls } from './auth-calls.js'
import { clientAddressHeader } from './auth-options.js'
import { SignInLimits } from './sign-in-limits.js'

const longestBodyBytes = 16_384

/** Puts better-auth at /api/auth, in front of Nest, because it reads the body itself. */
@Injectable()
export class AuthMount implements OnModuleInit {
  private readonly logger = new Logger(AuthMount.name)

  constructor(
    private readonly frontDoor: FrontDoor,
    private readonly auth: AuthService,
    private readonly limits: SignInLimits,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.frontDoor.onRequest('/api/auth', (request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        const { problem, headers } = problemOf(error, (unknown) => this.logger.error(unknown))
        sendProblem(response, problem.status, problem.code, problem.detail ?? problem.title, headers)
      })
    })
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = clientOf(request)
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const call = authCalls.get(path)
    if (call === undefined || call.method !== request.method) {
      return sendProblem(response, 404, 'not_found', 'There is nothing at this address.')
    }
    if (request.method === 'POST' && !this.auth.origins.allowsCookies(request.headers, client)) {
      return sendProblem(
        response,
        403,
        'origin_refused',
        'Pages of this origin may not do that. See ALLOWED_ORIGINS.',
      )
    }
    const body = checkBody(call.body, await readBody(request))
    const settle = typeof body.email === 'string' ? this.limits.attempt(client.address, body.email) : null
    const answer = await this.auth.handle(toWebRequest(this.auth.baseUrl, request, client, body))
    if (answer.status >= 500) return await this.explain(answer)
    if (path === '/api/auth/sign-out' && answer.ok) await this.checkSignedOut(request)
    if (answer.ok) settle?.()
    await (answer.ok ? send(answer, response) : refuse(answer, response))
  }

  /** better-auth says that all went well also when the session is still there, because the database is away. */
  private async checkSignedOut({ headers: { authorization, cookie } }: IncomingMessage): Promise<void> {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    const sessions = [
      ...(bearer === undefined ? [] : [await this.auth.findSession({ bearer })]),
      ...(cookie === undefined ? [] : [await this.auth.findSession({ cookie })]),
    ]
    if (sessions.every((session) => session === null)) return
    throw new UnavailableError('You are still signed in. Try again.', 'still_signed_in', 2)
  }

  /** better-auth keeps to itself what went wrong; most of the time it is the database. */
  private async explain(answer: Response): Promise<never> {
    await this.database.ping()
    throw new Error(`better-auth answered ${answer.status}; its own lines of the log say why`)
  }
}

/** Only what was checked goes on, so that better-auth and the database meet no surprise. */
function checkBody(schema: z.ZodType<Record<string, unknown>>, body: Buffer): Record<string, unknown> {
  const parsed = schema.safeParse(body.length === 0 ? {} : parseJson(body))
  if (parsed.success) return parsed.data
  throw invalidInput(parsed.error.issues)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > longestBodyBytes)
      throw new TooLargeError(`The body is larger than ${longestBodyBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The request as better-auth takes it. The origin was checked, so it is told the one that it knows itself by. */
function toWebRequest(
  baseUrl: string,
  request: IncomingMessage,
  client: Client,
  body: Record<string, unknown>,
): Request {
  const headers = new Headers()
  for (const name of ['authorization', 'cookie', 'user-agent', 'accept'] as const) {
    const value = request.headers[name]
    if (value !== undefined) headers.set(name, value)
  }
  headers.set(clientAddressHeader, client.address)
  const url = new URL(request.url ?? '/', baseUrl)
  if (request.method !== 'POST') return new Request(url, { headers })
  headers.set('origin', url.origin)
  headers.set('content-type', 'application/json')
  return new Request(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

const Refusal = z.object({ code: z.string().optional(), message: z.string().optional() })

/** better-auth's refusals in the form that all of ours have. */
async function refuse(answer: Response, response: ServerResponse): Promise<void> {
  const { status, headers } = answer
  const { code, message } = Refusal.catch({}).parse(await answer.json().catch(() => ({})))
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  const retryAfter = headers.get('x-retry-after')
  if (retryAfter !== null) response.setHeader('retry-after', retryAfter)
  const usual = usualCodes[status] ?? 'refused'
  sendProblem(response, status, code?.toLowerCase() ?? usual, message ?? 'This was refused.')
}

const usualCodes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer())
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-length', body.length)
  response.writeHead(answer.status)
  response.end(body)
}
