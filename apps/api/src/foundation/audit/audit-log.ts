import type { AuditAction } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/database.service.js'
import type { Principal } from '../principal/principal.js'
import { type AuditFacts, listedFacts } from './audit-actions.js'
import { currentOrigin } from './request-origin.js'

/** The organization of rows of the platform itself: for what an organization cannot keep, such as its own end. */
export const platformAudit = 0

/** `unknown`: somebody who did not prove who they are. */
type AuditActor = `person:${string}` | `key:${string}` | 'platform' | 'unknown'

interface AuditEntry<Action extends AuditAction> {
  action: Action
  /** The object of the action: `device/pump-7/credential/x1`. */
  target: string
  /** Facts that are neither before nor after. */
  detail?: AuditFacts<Action>
  /** What changed, as it was and as it is. */
  before?: AuditFacts<Action>
  after?: AuditFacts<Action>
}

/**
 * Records changes in the transaction that makes them, so that neither is committed without the other. A row keeps the name
 * and the role of who did it, so that it can be read when they are gone.
 */
@Injectable()
export class AuditLog {
  async record<Action extends AuditAction>(
    transaction: Transaction,
    principal: Principal,
    entry: AuditEntry<Action>,
  ): Promise<void> {
    await insert(transaction, {
      organizationIds: [principal.organizationId],
      actor: actorOf(principal),
      role: principal.role,
      entry,
    })
  }

  /** Records what the organization cannot keep, in the audit of the platform. */
  async recordForPlatform<Action extends AuditAction>(
    transaction: Transaction,
    principal: Principal,
    entry: AuditEntry<Action>,
  ): Promise<void> {
    await insert(transaction, {
      organizationIds: [platformAudit],
      actor: actorOf(principal),
      role: principal.role,
      entry,
    })
  }

  /**
   * Records an action for which there is no principal: of a person whose membership begins or has ended, or of the platform.
   * `role` is the role by which a person acted who has none any more.
   */
  async recordAs<Action extends AuditAction>(
    transaction: Transaction,
    organizationId: number,
    actor: AuditActor,
    entry: AuditEntry<Action>,
    { role = null }: { role?: string | null } = {},
  ): Promise<void> {
    await insert(transaction, { organizationIds: [organizationId], actor, role, entry })
  }

  /** The same in several organizations; a person has in each the role that they have there. */
  async recordInEach<Action extends AuditAction>(
    transaction: Transaction,
    organizationIds: readonly number[],
    actor: AuditActor,
    entry: AuditEntry<Action>,
  ): Promise<void> {
    if (organizationIds.length > 0) await insert(transaction, { organizationIds, actor, role: null, entry })
  }
}

interface Row {
  organizationIds: readonly number[]
  actor: AuditActor
  /** null: the role that the person has in the organization. */
  role: string | null
  entry: AuditEntry<AuditAction>
}

/** One statement also looks up the names, which nobody else has to read for a change. */
async function insert(transaction: Transaction, { organizationIds, actor, role, entry }: Row): Promise<void> {
  const { action, target, detail, before, after } = entry
  const { requestId, address, userAgent, sessionId } = currentOrigin()
  const [kind, id = null] = actor.split(':', 2)
  const person = kind === 'person' ? id : null
  await transaction.$executeRaw`
    INSERT INTO audit_row (organization_id, actor, actor_name, actor_role, behind_id, behind_name, session_id, address,
      user_agent, request_id, action, target, detail, before, after)
    SELECT organization.id, ${actor}, COALESCE(person.name, key.name),
      COALESCE(${role}::text, member.role::text,
        CASE WHEN person.platform_administrator THEN 'platformAdministrator' END),
      behind.id, behind.name, CASE WHEN person.id IS NOT NULL THEN ${sessionId}::text END, ${address}::text,
      ${userAgent}::text, ${requestId}::text, ${action}, ${target},
      ${listedFacts(action, detail)}::jsonb, ${listedFacts(action, before)}::jsonb, ${listedFacts(action, after)}::jsonb
    FROM unnest(${[...organizationIds]}::int[]) AS organization (id)
    CROSS JOIN (VALUES (${person}::text, ${kind === 'key' ? id : null}::text)) AS actor (person_id, key_id)
    LEFT JOIN "user" AS person ON person.id = actor.person_id
    LEFT JOIN member ON member.user_id = person.id AND member.organization_id = organization.id
    LEFT JOIN api_key AS key ON key.id = actor.key_id
    LEFT JOIN "user" AS behind ON behind.id = key.created_by_id`
}

function actorOf(principal: Principal): AuditActor {
  return principal.kind === 'person' ? `person:${principal.userId}` : `key:${principal.apiKeyId}`
}
