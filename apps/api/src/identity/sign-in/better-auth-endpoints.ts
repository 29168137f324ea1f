import type { IncomingMessage, ServerResponse } from 'node:http'
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { z } from 'zod'
import { runFrom } from '../../foundation/audit/request-origin.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { TooLargeError, UnavailableError } from '../../foundation/errors/domain-errors.js'
import { reportLimitsTo } from '../../foundation/limits/reported-limits.js'
import { type Client, clientOf } from '../../http/front-door/client.js'
import { FrontDoor } from '../../http/front-door/front-door.js'
import { originOf } from '../../http/front-door/origin-of.js'
import { sendProblem, sendWrongMethod } from '../../http/front-door/plain-responses.js'
import { rateLimitFields } from '../../http/front-door/rate-limit-fields.js'
import { FailureLog } from '../../http/problems/failure-log.js'
import { problemOf } from '../../http/problems/problem.js'
import { invalidInput } from '../../http/requests/validation.pipe.js'
import { clientAddressHeader } from './better-auth.js'
import { CallAttempts } from './call-attempts.js'
import { CallAudit } from './call-audit.js'
import { type OfferedCall, offeredCalls } from './offered-calls.js'
import { PasswordTurns } from './password-turns.js'
import { SignInService } from './sign-in.service.js'
import { SignInCallLimits } from './sign-in-call-limits.js'

const longestBodyBytes = 16_384

/** Serves better-auth's calls at /api/auth. Outside of Nest, because better-auth reads the body itself. */
@Injectable()
export class BetterAuthEndpoints implements OnModuleInit {
  private readonly failures = new FailureLog(new Logger(BetterAuthEndpoints.name))

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly frontDoor: FrontDoor,
    private readonly signIn: SignInService,
    private readonly attempts: CallAttempts,
    private readonly audit: CallAudit,
    private readonly turns: PasswordTurns,
    private readonly limits: SignInCallLimits,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.frontDoor.onRequest('/api/auth', (request, response) => {
      const answer = () =>
        void this.answer(request, response).catch((error: unknown) => {
          const { problem, headers } = problemOf(error, this.failures.report)
          const { status, code, detail, title, ...more } = problem
          sendProblem(response, status, code, detail ?? title, headers, more)
        })
      runFrom(originOf(request), () => reportLimitsTo(rateLimitFields(response), answer))
    })
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = clientOf(request)
    const path = (request.url ?? '').replace(/\/?(?:\?.*)?$/s, '')
    const call = offeredCalls.get(path)
    if (call === undefined)
      return sendProblem(response, 404, 'not_found', 'There is nothing at this address.')
    const allowed = call.method === 'GET' ? ['GET', 'HEAD'] : [call.method]
    if (!allowed.includes(request.method ?? '')) return sendWrongMethod(response, allowed)
    if (request.method === 'POST' && !this.signIn.origins.allowsCookies(request.headers, client)) {
      const detail = 'Pages of this origin may not do this. See ALLOWED_ORIGINS.'
      return sendProblem(response, 403, 'origin_refused', detail)
    }
    if (!hasLimitOfItsOwn(call)) this.limits.count(client.address, { isStart: call.startsSignIn === true })
    const body = this.withBasePath(checkBody(call.body, await readBody(request)))
    const { headers } = request
    const person = asksWhoIsSignedIn(call) ? await this.signIn.findPerson(headers) : null
    const attempt = await this.attempts.begin(call, { headers, address: client.address, person, body })
    const handle = () =>
      this.signIn.handle(toWebRequest(this.signIn.baseUrl, request, client, body), (change) =>
        this.audit.record({ call, person, body }, change),
      )
    const answer = !checksPassword(body)
      ? await handle()
      : await this.turns.check(client.address, handle, ({ status }) => status === 401)
    const cookies = await attempt.answered(answer)
    if (answer.status >= 500) return await this.failWithCause(answer)
    // better-auth takes a session that it cannot look up for none.
    if (answer.status === 401) await this.database.ping()
    if (path === '/api/auth/sign-out' && answer.ok) await this.checkSignedOut(request)
    // A redirect answers the return from an OpenID provider.
    if (answer.status >= 400) return await sendRefusal(answer, response)
    await send(answer, response, cookies)
  }

  /** Pages to come back to are named as within the platform, and better-auth sends browsers to them. */
  private withBasePath(body: Record<string, unknown>): Record<string, unknown> {
    const paths = Object.entries(body).filter(([name]) => /^(?:error)?CallbackURL$/i.test(name))
    return {
      ...body,
      ...Object.fromEntries(paths.map(([name, path]) => [name, `${this.config.basePath}${path}`])),
    }
  }

  /** better-auth answers 200 also when the session could not be deleted, because the database is away. */
  private async checkSignedOut({ headers: { authorization, cookie } }: IncomingMessage): Promise<void> {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    const sessions = [
      ...(bearer === undefined ? [] : [await this.signIn.findSession({ bearer })]),
      ...(cookie === undefined ? [] : [await this.signIn.findSession({ cookie })]),
    ]
    if (sessions.every((session) => session === null)) return
    throw new UnavailableError('You are still signed in. Try again.', 'still_signed_in', 2)
  }

  /** better-auth hides the cause of an error. Most often it is the database, which `ping` finds out. */
  private async failWithCause(answer: Response): Promise<never> {
    await this.database.ping()
    throw new Error(`better-auth answered ${answer.status}; its own lines in the log say why`)
  }
}

/** Returns only the fields that were validated: only these are passed on. */
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

/** Converts the request for better-auth. Its origin was checked already, so better-auth gets its own base URL as origin. */
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
  const url = new URL(`${baseUrl}${request.url ?? '/'}`)
  url.pathname = url.pathname.replace(/\/$/, '')
  if (request.method !== 'POST') return new Request(url, { headers })
  headers.set('origin', url.origin)
  headers.set('content-type', 'application/json')
  return new Request(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

const Refusal = z.object({ code: z.string().optional(), message: z.string().optional() })

/** Sends a refusal of better-auth as a problem. */
async function sendRefusal(answer: Response, response: ServerResponse): Promise<void> {
  const { status, headers } = answer
  const { code, message } = Refusal.catch({}).parse(await answer.json().catch(() => ({})))
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  const fallback = fallbackCodes[status] ?? 'refused'
  sendProblem(response, status, code?.toLowerCase() ?? fallback, message ?? 'The request was refused.')
}

const fallbackCodes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
}

async function send(answer: Response, response: ServerResponse, moreCookies: string[]): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer())
  // A redirect has no content.
  const skipped = ['set-cookie', ...(body.length === 0 ? ['content-type'] : [])]
  for (const [name, value] of answer.headers) if (!skipped.includes(name)) response.setHeader(name, value)
  const cookies = [...answer.headers.getSetCookie(), ...moreCookies]
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-length', body.length)
  response.writeHead(answer.status)
  response.end(body)
}

function asksWhoIsSignedIn({ proves, audits }: OfferedCall): boolean {
  return audits !== undefined || proves === 'own password' || proves === 'code'
}

/** Who proves a password or a code is limited as an attempt to sign in; and whoever may sign in may also leave. */
function hasLimitOfItsOwn({ proves, unlimited }: OfferedCall): boolean {
  return unlimited === true || (proves !== undefined && proves !== 'passkey')
}

/** A check of a password keeps a processor busy. */
function checksPassword(body: Record<string, unknown>): boolean {
  return body.password !== undefined || body.currentPassword !== undefined
}
