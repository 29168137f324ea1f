import type { CreateOrganization, Me, Organization } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, isUniqueViolation, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Person } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { TwoFactorRequirement } from '../two-factor-requirement/two-factor-requirement.js'
import { organizationLimits } from './organization-limits.js'

/** Organizations and their members. */
@Injectable()
export class OrganizationsService {
  private readonly perPerson: number

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    private readonly twoFactor: TwoFactorRequirement,
  ) {
    this.perPerson = organizationLimits.values(config.limits).perPerson
  }

  /** A person and their organizations. */
  async describe(person: Person): Promise<Me> {
    const user = await this.database.prisma.user.findUnique({
      where: { id: person.userId },
      select: {
        id: true,
        name: true,
        email: true,
        platformAdministrator: true,
        members: {
          select: {
            role: true,
            tags: true,
            organization: { select: { slug: true, name: true, requiresTwoFactor: true } },
          },
          orderBy: { organization: { name: 'asc' } },
        },
      },
    })
    if (user === null) throw new UnauthorizedError()
    const { id, name, email, members, platformAdministrator } = user
    const isRequired = members.some(({ organization }) => organization.requiresTwoFactor)
    const lacksTwoFactor = isRequired && !(await this.twoFactor.isMetBy(person))
    return {
      user: { id, name, email },
      organizations: members.map(({ role, tags, organization: { requiresTwoFactor, ...organization } }) => ({
        ...organization,
        role,
        tags: storedTags(tags),
        needsTwoFactor: requiresTwoFactor && lacksTwoFactor,
      })),
      platformAdministrator,
      mayCreateOrganizations: platformAdministrator || this.config.allowNewOrganizations,
    }
  }

  /**
   * Creates an organization, which the person owns. Limits are shared out by organization, so this is for platform
   * administrators, unless ALLOW_NEW_ORGANIZATIONS lets everybody.
   */
  async create(person: Person, input: CreateOrganization): Promise<Organization> {
    const { userId } = person
    const created = await this.database
      .transaction(async (transaction) => {
        await this.assertMayCreate(transaction, userId)
        const organization = await transaction.organization.create({
          data: { ...input, members: { create: { userId, role: 'owner' } } },
        })
        await this.audit.recordAs(transaction, organization.id, `person:${userId}`, {
          action: 'organization.create',
          target: `organization/${organization.slug}`,
          after: { name: organization.name },
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
    return { slug: created.slug, name: created.name, role: 'owner', tags: null }
  }

  private async assertMayCreate(transaction: Transaction, userId: string): Promise<void> {
    const user = await transaction.user.findUniqueOrThrow({
      where: { id: userId },
      select: { platformAdministrator: true, _count: { select: { members: true } } },
    })
    if (!user.platformAdministrator && !this.config.allowNewOrganizations)
      throw new ForbiddenError(
        'Only a platform administrator may create organizations here. Ask one, or have ALLOW_NEW_ORGANIZATIONS set to true.',
        'platform_administrator_required',
      )
    if (user._count.members >= this.perPerson)
      throw new ConflictError(
        `You are a member of ${user._count.members} organizations, and ${this.perPerson} are allowed. Leave one of them first.`,
        'quota_exceeded',
      )
  }
}
