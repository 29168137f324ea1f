import type { Role } from '@heliograph/protocol'
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common'
import { ApiHeader } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Person, Principal } from '../../foundation/principal/principal.js'

export const accessKey = Symbol('access')
export const roleKey = Symbol('role')

/** `organization` unless a route says otherwise: every route is guarded. */
export type Access = 'public' | 'person' | 'caller' | 'organization'

/** Anybody may call this; the route checks for itself whatever it must. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access)

/** Any signed-in person, in no organization yet: take it with `@CurrentPerson()`. */
export const SignedIn = () => SetMetadata(accessKey, 'person' satisfies Access)

/** Any caller whom the platform knows, person or API key, in whatever organization. */
export const AnyCaller = () => SetMetadata(accessKey, 'caller' satisfies Access)

/**
 * The least role that a route needs. Without it, reading (GET, HEAD) needs `viewer` and everything else `admin`;
 * so a route that changes nothing by POST says `@RequireRole('viewer')`.
 */
export const RequireRole = (role: Role) => SetMetadata(roleKey, role)

/** For a route in an organization: the header by which a person names it. */
export const ApiOrganization = () =>
  ApiHeader({
    name: 'Heliograph-Org',
    required: false,
    description: 'The slug of the organization; optional with a single membership and with an API key',
    schema: { type: 'string' },
  })

export interface GuardedRequest extends FastifyRequest {
  principal?: Principal
  person?: Person
}

/** Who asks, in their organization. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>()
  if (principal === undefined) throw new Error('this route has no principal: it is @Public() or @SignedIn()')
  return principal
})

/** The person who asks, on a `@SignedIn()` route. */
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): Person => {
  const { person } = context.switchToHttp().getRequest<GuardedRequest>()
  if (person === undefined) throw new Error('this route is not @SignedIn()')
  return person
})
