import { allowedPermissions } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { Database } from '../../foundation/database/database.service.js'
import { ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import type { ApiKeyPrincipal, Person, Principal } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { GatheredRuns } from '../../foundation/timers/gathered-runs.js'
import { clientOf } from '../../http/front-door/client.js'
import { ApiKeyUses } from '../api-keys/api-key-uses.js'
import { ApiKeyVerifier } from '../api-keys/api-key-verifier.js'
import { LastSeen } from '../sign-in/last-seen.js'
import { type SignedInSession, SignInService } from '../sign-in/sign-in.service.js'
import { TwoFactorRequirement } from '../two-factor-requirement/two-factor-requirement.js'

export type Caller = ({ kind: 'person' } & Person) | ApiKeyPrincipal

/**
 * Finds the caller of a request, and the organization in which it acts. Requests with one credential that come at the same
 * time are looked up together, so that many of them keep nobody else's waiting.
 */
@Injectable()
export class RequestAuthenticator {
  private readonly keys = new GatheredRuns((key: string) => this.apiKeys.verify(key))
  private readonly bearers = new GatheredRuns((bearer: string) => this.signIn.findSession({ bearer }))
  private readonly cookies = new GatheredRuns((cookie: string) => this.signIn.findSession({ cookie }))
  private readonly memberships = new GatheredRuns((userId: string) => this.findMemberships(userId))

  constructor(
    private readonly signIn: SignInService,
    private readonly apiKeys: ApiKeyVerifier,
    private readonly keyUses: ApiKeyUses,
    private readonly secrets: Secrets,
    private readonly database: Database,
    private readonly lastSeen: LastSeen,
    private readonly twoFactor: TwoFactorRequirement,
  ) {}

  /** The caller; null when it is unknown. A cookie is not used when the request has an invalid bearer token. */
  async authenticate(
    request: FastifyRequest,
    setCookies: (cookies: string[]) => void,
  ): Promise<Caller | null> {
    const { authorization, cookie } = request.headers
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (token === undefined) return null
      if (this.secrets.looksLike('api key', token)) {
        const key = await this.keys.result(token)
        if (key === null) return null
        this.keyUses.count(key.principal.apiKeyId, clientOf(request.raw).address)
        return key.principal
      }
      const session = await this.bearers.result(token)
      return session && this.toPerson(session)
    }
    if (cookie === undefined) return null
    const session = await this.cookies.result(cookie)
    if (session === null) return null
    this.checkOrigin(request)
    if (session.setCookies.length > 0) setCookies(session.setCookies)
    return this.toPerson(session)
  }

  /** The caller in the organization `slug`, or in its only organization. */
  async inOrganization(caller: Caller, slug: string | undefined): Promise<Principal> {
    if (caller.kind === 'apiKey') {
      if (slug !== undefined && slug !== caller.organizationSlug) throw notAMember()
      return caller
    }
    const memberships = await this.memberships.result(caller.userId)
    const membership =
      slug === undefined ? memberships[0] : memberships.find(({ organization }) => organization.slug === slug)
    if (membership === undefined) throw notAMember()
    if (slug === undefined && memberships.length > 1) {
      throw new InvalidError('Name the organization in the header Heliograph-Org.', 'organization_required')
    }
    const { organization, role } = membership
    if (organization.requiresTwoFactor) await this.twoFactor.assertMetBy(caller)
    const tags = storedTags(membership.tags)
    return {
      ...caller,
      organizationId: organization.id,
      organizationSlug: organization.slug,
      role,
      permissions: allowedPermissions(role, { tags }),
      tags,
    }
  }

  private toPerson({ userId, sessionId }: SignedInSession): Caller {
    this.lastSeen.note(sessionId)
    return { kind: 'person', userId, sessionId }
  }

  private findMemberships(userId: string) {
    return this.database.accounts.member.findMany({
      where: { userId },
      select: {
        role: true,
        tags: true,
        organization: { select: { id: true, slug: true, requiresTwoFactor: true } },
      },
    })
  }

  private checkOrigin(request: FastifyRequest): void {
    if (request.method === 'GET' || request.method === 'HEAD') return
    if (this.signIn.origins.allowsCookies(request.headers, clientOf(request.raw))) return
    throw new ForbiddenError('Pages of this origin may not do this. See ALLOWED_ORIGINS.', 'origin_refused')
  }
}

/** Also for an organization that does not exist, so that callers do not learn which exist. */
function notAMember(): ForbiddenError {
  return new ForbiddenError('You are not a member of this organization.', 'not_a_member')
}
