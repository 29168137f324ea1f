import type { Role } from '@heliograph/protocol'
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common'
import { ApiHeader } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Person, Principal } from '../../foundation/principal/principal.js'
import { ApiProblems } from '../requests/api-result.js'

export const accessKey = Symbol('access')
export const roleKey = Symbol('role')

/** Who may call a route. Every route is guarded; without a decorator its access is `organization`. */
export type Access = 'public' | 'person' | 'caller' | 'organization'

/** Everyone may call the route; it makes its own checks. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access)

/** Every signed-in person may call the route, without an organization. `@CurrentPerson()` is the caller. */
export const SignedIn = () => SetMetadata(accessKey, 'person' satisfies Access)

/** Every person and every API key may call the route, of any organization. */
export const AnyCaller = () => SetMetadata(accessKey, 'caller' satisfies Access)

/**
 * The least role that a route requires. Without it, GET and HEAD require `viewer` and other methods `admin`; so a POST
 * route that changes nothing has `@RequireRole('viewer')`.
 */
export const RequireRole = (role: Role) => SetMetadata(roleKey, role)

/** Documents the header by which a person names the organization, and that requests in it take turns. */
export const ApiOrganization = () =>
  applyDecorators(
    ApiHeader({
      name: 'Heliograph-Org',
      required: false,
      description: 'The slug of the organization; optional with a single membership and with an API key',
      schema: { type: 'string' },
    }),
    ApiProblems(503),
  )

export interface GuardedRequest extends FastifyRequest {
  principal?: Principal
  person?: Person
}

/** The caller, in their organization. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>()
  if (principal === undefined) throw new Error('this route has no principal: it is @Public() or @SignedIn()')
  return principal
})

/** The calling person, on a `@SignedIn()` route. */
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): Person => {
  const { person } = context.switchToHttp().getRequest<GuardedRequest>()
  if (person === undefined) throw new Error('this route is not @SignedIn()')
  return person
})
