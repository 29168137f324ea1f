import type { CreateOrganization, Me, Organization } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database, isUniqueViolation } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Person } from '../../foundation/principal/principal.js'

/** Organizations and their members. */
@Injectable()
export class OrganizationsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {}

  /** A person and their organizations. */
  async describe(person: Person): Promise<Me> {
    const user = await this.database.prisma.user.findUnique({
      where: { id: person.userId },
      select: {
        id: true,
        name: true,
        email: true,
        members: {
          select: { role: true, organization: { select: { slug: true, name: true } } },
          orderBy: { organization: { name: 'asc' } },
        },
      },
    })
    if (user === null) throw new UnauthorizedError()
    const { id, name, email, members } = user
    return {
      user: { id, name, email },
      organizations: members.map(({ role, organization }) => ({ ...organization, role })),
    }
  }

  /** Creates an organization, which the person administers. The person must administer one already. */
  async create(person: Person, input: CreateOrganization): Promise<Organization> {
    const { userId } = person
    const created = await this.database
      .transaction(async (transaction) => {
        const administers = await transaction.member.count({ where: { userId, role: 'admin' } })
        if (administers === 0)
          throw new ForbiddenError('This requires the role admin in an organization.', 'role_required')
        const organization = await transaction.organization.create({
          data: { ...input, members: { create: { userId, role: 'admin' } } },
        })
        await this.audit.recordAs(transaction, organization.id, `person:${userId}`, {
          action: 'organization.create',
          target: `organization/${organization.slug}`,
          detail: { name: organization.name },
        })
        return organization
      })
      .catch((error: unknown) => {
        if (isUniqueViolation(error))
          throw new ConflictError(
            `The slug ${input.slug} is taken. Choose another.`,
            'organization_slug_taken',
          )
        throw error
      })
    await this.events.emit('organization.created', {
      organizationId: created.id,
      organizationSlug: created.slug,
    })
    return { slug: created.slug, name: created.name, role: 'admin' }
  }
}
