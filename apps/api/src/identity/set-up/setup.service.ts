import type { Me, Setup, SetupState } from '@heliograph/protocol'
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { sameText } from '../../foundation/secrets/same-text.js'
import { passwordProblem } from '../passwords/password-problem.js'
import { SignInService } from '../sign-in/sign-in.service.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'

/** The key of the advisory lock under which the platform is set up. */
const setupLock = 7_265_108_301

/** Creates the first person and the first organization, once. */
@Injectable()
export class SetupService implements OnApplicationBootstrap {
  private readonly logger = new Logger(SetupService.name)
  private code: string | null = null
  private done = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly signIn: SignInService,
    private readonly audit: AuditLog,
    private readonly limits: SignInLimits,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { needed } = await this.state()
    const { administrator } = this.config
    if (needed && administrator !== null) await this.setUpFromConfig(administrator)
    else if (administrator !== null) await this.makePlatformAdministrator(administrator.email)
    else if (needed && !this.config.loopbackOnly) this.announceCode()
  }

  async state(): Promise<SetupState> {
    this.done ||= (await this.database.prisma.user.count()) > 0
    return { needed: !this.done, codeRequired: !this.done && this.code !== null }
  }

  /** Sets the platform up. When other machines can reach HOST, it takes the one-time code from the log. */
  async setUp(input: Setup, clientAddress: string): Promise<Me> {
    const { needed } = await this.state()
    if (!needed) throw alreadyDone()
    if (this.code !== null) this.checkCode(this.code, input.code, clientAddress)
    checkPassword(input)
    return this.create(input)
  }

  private async setUpFromConfig(administrator: NonNullable<Config['administrator']>): Promise<void> {
    const { email, password, organization: slug } = administrator
    const organization = { slug, name: slug.charAt(0).toUpperCase() + slug.slice(1) }
    try {
      this.warnOfPassword(password)
      await this.create({ name: email.split('@', 1)[0] || email, email, password, organization })
      this.logger.log(`created the administrator ${email} and the organization ${slug}`)
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
    }
  }

  /** The account that the variables name later on, when another one was the first. */
  private async makePlatformAdministrator(email: string): Promise<void> {
    const { count } = await this.database.prisma.user.updateMany({
      where: { email: email.toLowerCase(), platformAdministrator: false },
      data: { platformAdministrator: true },
    })
    if (count > 0) this.logger.log(`${email} is a platform administrator from now on`)
  }

  /** Whoever sets variables runs the platform, so that it starts all the same. */
  private warnOfPassword(password: string): void {
    const problem = password.length < 10 ? 'is shorter than 10 characters' : passwordProblem(password)
    if (problem !== null)
      this.logger.warn(`ADMIN_PASSWORD ${problem}; anybody who reaches the page may guess it`)
  }

  private announceCode(): void {
    this.code = randomId(10).toUpperCase()
    this.logger.warn(
      `Other machines can reach this platform, so the set-up page asks for this one-time code: ${this.code}`,
    )
  }

  private checkCode(expected: string, given: string | undefined, clientAddress: string): void {
    const giveBack = this.limits.attemptSecret(clientAddress, 'set-up')
    if (!sameText(given?.trim().toUpperCase() ?? '', expected)) {
      const problem = given === undefined ? 'A one-time code is required.' : 'This is not the one-time code.'
      throw new ForbiddenError(`${problem} The log of this start shows it.`, 'setup_code_required')
    }
    giveBack()
  }

  /** Runs in one transaction under a lock, so that of two calls at the same time only one succeeds. */
  private async create(input: Setup): Promise<Me> {
    const passwordHash = await this.signIn.hashPassword(input.password)
    const me = await this.database.transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${setupLock}::bigint)`
      if ((await transaction.user.count()) > 0) throw alreadyDone()
      const user = await this.signIn.createPerson(transaction, {
        ...input,
        passwordHash,
        platformAdministrator: true,
      })
      const organization = await transaction.organization.create({
        data: { ...input.organization, members: { create: { userId: user.id, role: 'owner' } } },
      })
      await this.audit.recordAs(transaction, organization.id, `person:${user.id}`, {
        action: 'organization.create',
        target: `organization/${organization.slug}`,
        after: { name: organization.name },
      })
      const { slug, name } = organization
      const founder = { platformAdministrator: true, mayCreateOrganizations: true }
      return {
        user,
        organizations: [{ slug, name, role: 'owner' as const, tags: null, needsTwoFactor: false }],
        ...founder,
      }
    })
    this.done = true
    this.code = null
    return me
  }
}

function checkPassword({ name, email, password, organization }: Setup): void {
  const problem = passwordProblem(password, [name, email, organization.name, organization.slug])
  if (problem !== null)
    throw new InvalidError(`The password ${problem}.`, 'password_weak', [
      { path: 'password', message: problem },
    ])
}

function alreadyDone(): ConflictError {
  return new ConflictError('This platform is set up already. Sign in instead.', 'setup_done')
}
