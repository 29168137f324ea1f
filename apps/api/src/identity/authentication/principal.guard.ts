import type { Permission } from '@heliograph/protocol'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyReply } from 'fastify'
import { noteSession } from '../../foundation/audit/request-origin.js'
import { ForbiddenError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { assertMay } from '../../foundation/principal/assert-may.js'
import { type Access, accessKey, type GuardedRequest, permissionKey } from '../../http/access/decorators.js'
import { RequestAuthenticator } from './request-authenticator.js'

/** Guards every route: checks the caller and the permission that the route's decorators require. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()]
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, targets) ?? 'organization'
    if (access === 'public') return true

    const request = context.switchToHttp().getRequest<GuardedRequest>()
    const reply = context.switchToHttp().getResponse<FastifyReply>()
    const caller = await this.authenticator.authenticate(request, (cookies) =>
      reply.header('set-cookie', cookies),
    )
    if (caller === null) {
      // A visitor may still have the cookie of a session that has ended.
      if (access === 'visitor' && request.headers.authorization === undefined) return true
      throw new UnauthorizedError()
    }
    if (caller.kind === 'person') noteSession(caller.sessionId)
    if (access === 'caller') return true
    if (access === 'person' || access === 'visitor') {
      if (caller.kind !== 'person')
        throw new ForbiddenError('Only a signed-in person may do this, not an API key.')
      request.person = { userId: caller.userId, sessionId: caller.sessionId }
      return true
    }

    const permission = this.reflector.getAllAndOverride<Permission | undefined>(permissionKey, targets)
    if (permission === undefined) throw new Error(`${request.method} ${request.url} names no permission`)
    request.principal = await this.authenticator.inOrganization(caller, organizationOf(request))
    assertMay(request.principal, permission)
    return true
  }
}

/** Routes that are opened as links take it in the query too. The schemas of all other routes refuse such a query. */
function organizationOf({ headers, query }: GuardedRequest): string | undefined {
  const named = headers['heliograph-org'] || (query as Record<string, unknown>).organization
  const first = Array.isArray(named) ? named[0] : named
  return typeof first === 'string' && first !== '' ? first : undefined
}
