import { randomBytes } from 'node:crypto'
import type { ConnectRequest } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import {
  type ApplicationVerification,
  ApplicationVerifier,
} from '../../registry/applications/application-verifier.js'
import type { VerifiedApplication } from '../../registry/applications/verified-application.js'
import { type ConnectResult, refuseConnect } from '../connections/connect-refusal.js'
import { applicationPrincipal } from '../connections/connection-principal.js'
import { applicationOwner, applicationSessionId } from '../connections/session-ids.js'

/** Authenticates applications by their id and their password. */
@Injectable()
export class ApplicationAuthenticator {
  constructor(
    private readonly applications: ApplicationVerifier,
    private readonly secrets: Secrets,
    private readonly events: EventBus,
  ) {}

  recognizes(password: string): boolean {
    return this.secrets.looksLike('application', password)
  }

  /** Whether the look-up of this user name costs nothing. */
  isCached(username: string): boolean {
    return this.applications.ownerOf(username) !== null
  }

  /** Answers at once when the application is cached. Rejects when the database does not answer. */
  authenticate(
    connect: ConnectRequest,
    username: string,
    password: Buffer,
  ): ConnectResult | Promise<ConnectResult> {
    const authenticatedAtMs = Date.now()
    const decide = (verification: ApplicationVerification) =>
      this.decide(connect, verification, authenticatedAtMs)
    const verification = this.applications.verify(username, password)
    return verification instanceof Promise ? verification.then(decide) : decide(verification)
  }

  private decide(
    connect: ConnectRequest,
    verification: ApplicationVerification,
    authenticatedAtMs: number,
  ): ConnectResult {
    if (!verification.ok) return refuseConnect(verification.reason)
    const { application } = verification
    const origin = connect.httpRequest?.headers.origin ?? null
    if (!allowsOrigin(application, origin)) {
      this.reportOrigin(application, `${origin}`)
      return refuseConnect('not_authorized', `its origin is ${JSON.stringify(shortened(`${origin}`))}`)
    }
    const { applicationId, organizationSlug, expiresAt } = application
    const clientId = connect.clientId === '' ? assignedClientId(applicationId) : connect.clientId
    return {
      ok: true,
      principal: applicationPrincipal(application, { origin, authenticatedAtMs }),
      sessionId: applicationSessionId(organizationSlug, applicationId, clientId),
      clientId,
      group: organizationSlug,
      owner: applicationOwner(applicationId),
      ...(expiresAt === null ? {} : { expiresAt }),
    }
  }

  private reportOrigin({ organizationId, name }: VerifiedApplication, origin: string): void {
    const detail = `a page of ${shortened(origin)} used the application ${JSON.stringify(name)}, which does not allow this origin`
    void this.events.emit('refused', { organizationId, code: 'origin_refused', detail })
  }
}

/** Whether a client that names this origin may connect. One that names none is no web page. */
export function allowsOrigin(
  { origins }: Pick<VerifiedApplication, 'origins'>,
  origin: string | null,
): boolean {
  return origins === null || origin === null || origins.includes(origin)
}

/** For a clean session without a client id of its own. */
function assignedClientId(applicationId: string): string {
  return `${applicationId}:auto-${randomBytes(assignedBytes).toString('hex')}`
}

/** Enough that two of one application never meet. */
const assignedBytes = 6

const longestOrigin = 100

function shortened(origin: string): string {
  return origin.slice(0, longestOrigin)
}
