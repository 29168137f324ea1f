import type { IncomingMessage, ServerResponse } from 'node:http'
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { z } from 'zod'
import { InvalidError, TooLargeError } from '../errors/domain-errors.js'
import { problemOf } from '../errors/problem.js'
import { type Client, clientOf } from '../front-door/client.js'
import { FrontDoor } from '../front-door/front-door.js'
import { sendProblem } from '../front-door/plain-responses.js'
import { AuthService } from './auth.service.js'
import { clientAddressHeader } from './auth-options.js'
import { SignInLimits } from './sign-in-limits.js'

/** Of all that better-auth can do, what we offer. */
const offered = new Map([
  ['/api/auth/sign-in/email', 'POST'],
  ['/api/auth/sign-out', 'POST'],
  ['/api/auth/get-session', 'GET'],
  ['/api/auth/list-sessions', 'GET'],
  ['/api/auth/revoke-session', 'POST'],
  ['/api/auth/revoke-sessions', 'POST'],
  ['/api/auth/revoke-other-sessions', 'POST'],
  ['/api/auth/change-password', 'POST'],
  ['/api/auth/update-user', 'POST'],
])

const longestBodyBytes = 16_384
const SignIn = z.object({ email: z.string().max(254), password: z.string() })

/** Puts better-auth at /api/auth, in front of Nest, because it reads the body itself. */
@Injectable()
export class AuthMount implements OnModuleInit {
  private readonly logger = new Logger(AuthMount.name)

  constructor(
    private readonly frontDoor: FrontDoor,
    private readonly auth: AuthService,
    private readonly limits: SignInLimits,
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
    if (offered.get(path) !== request.method) {
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
    const body = await readBody(request)
    const settle = path === '/api/auth/sign-in/email' ? this.countAttempt(body, client) : null
    const answer = await this.auth.handle(toWebRequest(this.auth.baseUrl, request, client, body))
    if (answer.ok) settle?.()
    await send(answer, response)
  }

  private countAttempt(body: Buffer, client: Client): () => void {
    const parsed = SignIn.safeParse(parseJson(body))
    if (!parsed.success) throw new InvalidError('Send {"email": …, "password": …} as JSON.')
    return this.limits.attempt(client.address, parsed.data.email)
  }
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
function toWebRequest(baseUrl: string, request: IncomingMessage, client: Client, body: Buffer): Request {
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
  return new Request(url, { method: 'POST', headers, body: body.length > 0 ? new Uint8Array(body) : '{}' })
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
