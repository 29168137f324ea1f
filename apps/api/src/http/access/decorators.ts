import { type Permission, rolesThatMay } from '@heliograph/protocol'
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common'
import { ApiExtension, ApiHeader } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Person, Principal } from '../../foundation/principal/principal.js'
import { ApiProblems } from '../requests/api-result.js'

export const accessKey = Symbol('access')
export const permissionKey = Symbol('permission')

/** Who may call a route. Every route is guarded; without a decorator its access is `organization`. */
export type Access = 'public' | 'visitor' | 'person' | 'caller' | 'organization'

/** Everyone may call the route; it makes its own checks. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access)

/** Everyone may call the route, signed in or not. `@CurrentVisitor()` is the person, or null. */
export const Visitors = () => SetMetadata(accessKey, 'visitor' satisfies Access)

/** Every signed-in person may call the route, without an organization. `@CurrentPerson()` is the caller. */
export const SignedIn = () => SetMetadata(accessKey, 'person' satisfies Access)

/** Every person and every API key may call the route, of any organization. */
export const AnyCaller = () => SetMetadata(accessKey, 'caller' satisfies Access)

/**
 * The permission that a route of an organization requires. Each of them names one, and the guard refuses all callers of a
 * route that names none. OpenAPI shows it as `x-permission`, with the roles that have it.
 */
export const RequirePermission = (permission: Permission) =>
  applyDecorators(
    SetMetadata(permissionKey, permission),
    ApiExtension('x-permission', permission),
    ApiExtension('x-roles', rolesThatMay(permission)),
  )

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

/** The calling person, on a `@Visitors()` route; null when nobody is signed in. */
export const CurrentVisitor = createParamDecorator((_: unknown, context: ExecutionContext): Person | null => {
  return context.switchToHttp().getRequest<GuardedRequest>().person ?? null
})
