import {
  type CreateInvitation,
  type InvitationPage,
  type IssuedInvitation,
  invitationSeconds,
} from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import type { Prisma } from '../../foundation/database/generated/client.js'
import { ConflictError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { assertMayGive, assertMayManage, lockPeople } from '../members/acting-role.js'
import { invitationLimits } from './invitation-limits.js'
import { invitationMail } from './invitation-mails.js'
import { includeInviter, isOpen, toInvitation } from './invitation-row.js'
import { MailedTokens } from './mailed-token.js'

/** An invitation with its token, which is shown once. */
export type IssuedToken = Omit<IssuedInvitation, 'url'> & { token: string }

type CreatedInvitation = Prisma.InvitationGetPayload<{
  include: typeof includeInviter & { organization: { select: { name: true } } }
}>

/** Makes, lists and revokes invitations to an organization. */
@Injectable()
export class InvitationsService {
  private readonly limits: ReturnType<typeof invitationLimits.values>

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly mailedTokens: MailedTokens,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.limits = invitationLimits.values(config.limits)
  }

  async create(principal: Principal, input: CreateInvitation): Promise<IssuedToken> {
    const { role, expiresInSeconds = invitationSeconds.default } = input
    const tags = input.tags ?? null
    assertMayGive(principal, role, tags)
    const email = input.email?.toLowerCase() ?? null
    const token = this.secrets.make('invitation')
    const { row, mailed } = await this.database.transaction(async (transaction) => {
      assertMayManage(await lockPeople(transaction, principal), role)
      if (email !== null) await refuseMember(transaction, principal, email)
      await this.makeRoom(transaction, principal.organizationId)
      const created = await transaction.invitation.create({
        data: {
          id: randomId(),
          organizationId: principal.organizationId,
          email,
          role,
          tags: tags ?? [],
          secretHash: this.secrets.hash('invitation', token).hash,
          ...(await makerOf(transaction, principal)),
          expiresAt: new Date(Date.now() + expiresInSeconds * 1_000),
        },
        include: { ...includeInviter, organization: { select: { name: true } } },
      })
      await this.audit.record(transaction, principal, {
        action: 'invitation.create',
        target: `invitation/${created.id}`,
        after: { email, role, tags, expiresAt: created.expiresAt.toISOString() },
      })
      return { row: created, mailed: await this.mail(transaction, created, token) }
    })
    if (mailed) this.outbox.sendSoon()
    return { ...toInvitation(row), token, mailed }
  }

  /** Queues the mail with the link. Returns false when there is no address, or too many were mailed. */
  private async mail(transaction: Transaction, created: CreatedInvitation, token: string): Promise<boolean> {
    const { email, organizationId, organization, role, expiresAt } = created
    if (email === null || !this.outbox.configured) return false
    const since = new Date(Date.now() - 86_400_000)
    const where = { organizationId, email: { not: null }, createdAt: { gt: since } }
    if ((await transaction.invitation.count({ where })) > this.limits.mailedPerDay) return false
    const { createdBy, createdByKey } = created
    const by = createdByKey?.name ?? createdBy?.name ?? 'Somebody'
    const mail = invitationMail(
      { email, organization: organization.name, role, by, expiresAt },
      `${this.config.publicUrl}/join#${this.mailedTokens.make(token)}`,
    )
    return this.outbox.add(transaction, mail, { expiresAt, organizationId })
  }

  /** The invitations that can still be accepted. */
  async list({ organizationId }: Principal): Promise<InvitationPage> {
    const rows = await this.database.prisma.invitation.findMany({
      where: { organizationId, ...isOpen() },
      include: includeInviter,
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    return { items: rows.map(toInvitation), nextCursor: null }
  }

  async revoke(principal: Principal, id: string): Promise<void> {
    const { organizationId } = principal
    await this.database.transaction(async (transaction) => {
      const actor = await lockPeople(transaction, principal)
      assertMayManage(actor, 'viewer')
      const found = await transaction.invitation.findFirst({ where: { id, organizationId, ...isOpen() } })
      if (found === null)
        throw new NotFoundError('There is no open invitation with this id.', 'invitation_not_found')
      assertMayManage(actor, found.role)
      await transaction.invitation.update({ where: { id }, data: { revokedAt: new Date() } })
      await this.audit.record(transaction, principal, {
        action: 'invitation.revoke',
        target: `invitation/${id}`,
        before: { email: found.email, role: found.role, tags: storedTags(found.tags) },
      })
    })
  }

  /** Refuses one more than may be open, and deletes the oldest of too many that have ended. */
  private async makeRoom(transaction: Transaction, organizationId: number): Promise<void> {
    const { open, ended } = this.limits
    if ((await transaction.invitation.count({ where: { organizationId, ...isOpen() } })) >= open)
      throw new ConflictError(
        `An organization has at most ${open} open invitations. Revoke those that nobody will accept.`,
        'too_many_invitations',
      )
    await transaction.$executeRaw`
      DELETE FROM invitation WHERE id IN (
        SELECT id FROM invitation WHERE organization_id = ${organizationId}
          AND (accepted_at IS NOT NULL OR revoked_at IS NOT NULL OR expires_at <= now())
        ORDER BY created_at DESC, id OFFSET ${ended})`
  }
}

async function refuseMember(
  transaction: Transaction,
  { organizationId }: Principal,
  email: string,
): Promise<void> {
  const where = { organizationId, user: { email } }
  if ((await transaction.member.count({ where })) === 0) return
  throw new ConflictError(`${email} is a member already. Change their role instead.`, 'already_member')
}

async function makerOf(transaction: Transaction, principal: Principal) {
  if (principal.kind === 'person') return { createdById: principal.userId }
  const where = { id: principal.apiKeyId }
  const { createdById } = await transaction.apiKey.findUniqueOrThrow({ where })
  return { createdById, createdByKeyId: principal.apiKeyId }
}
