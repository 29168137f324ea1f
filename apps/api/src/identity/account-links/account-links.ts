import { createHash } from 'node:crypto'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Transaction } from '../../foundation/database/database.service.js'
import type { AccountLinkPurpose, Prisma } from '../../foundation/database/generated/client.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { accountLinkLimits, linkLifeMs } from './account-link-limits.js'

const include = {
  user: {
    select: {
      id: true,
      name: true,
      email: true,
      accounts: { where: { providerId: 'credential' }, select: { password: true } },
    },
  },
} satisfies Prisma.AccountLinkInclude

export type FoundLink = Prisma.AccountLinkGetPayload<{ include: typeof include }>

export interface IssuedLink {
  token: string
  expiresAt: Date
}

interface NewLink {
  userId: string
  purpose: AccountLinkPurpose
  newEmail?: string
}

/**
 * Links that act for an account once, within an hour. A link ends with the password and the e-mail address that the account
 * had when it was made, however they are changed.
 */
@Injectable()
export class AccountLinks {
  private readonly mostOpen: number
  private readonly lifeMs: number

  constructor(
    private readonly secrets: Secrets,
    @Inject(CONFIG) config: Pick<Config, 'limits'>,
  ) {
    this.mostOpen = accountLinkLimits.values(config.limits).open
    this.lifeMs = linkLifeMs(config.limits)
  }

  /** Null when as many of this kind are open as may be: each of them still works, so that nobody is locked out by others. */
  async issue(transaction: Transaction, link: NewLink): Promise<IssuedLink | null> {
    const { userId, purpose } = link
    await transaction.$queryRaw`SELECT FROM "user" WHERE id = ${userId} FOR NO KEY UPDATE`
    const open = await transaction.accountLink.findMany({
      where: { userId, purpose, expiresAt: { gt: new Date() } },
      include,
    })
    if (open.filter(isBound).length >= this.mostOpen) return null
    return this.add(transaction, link)
  }

  /** A link beyond the limit, for whoever runs the platform. */
  async add(transaction: Transaction, { userId, purpose, newEmail }: NewLink): Promise<IssuedLink> {
    const token = this.secrets.make('account link')
    const expiresAt = new Date(Date.now() + this.lifeMs)
    const user = await transaction.user.findUniqueOrThrow({ where: { id: userId }, ...include.user })
    await transaction.accountLink.create({
      data: {
        id: randomId(),
        userId,
        purpose,
        secretHash: this.secrets.hash('account link', token).hash,
        boundTo: bindingOf(user),
        newEmail: newEmail ?? null,
        expiresAt,
      },
    })
    return { token, expiresAt }
  }

  /** Finds a link by its hash, so that its timing reveals nothing. Throws a NotFoundError when it does not work any more. */
  async find(
    client: Pick<Transaction, 'accountLink'>,
    token: string,
    purpose: AccountLinkPurpose,
  ): Promise<FoundLink> {
    const hashes = this.secrets.hashes('account link', token).map(({ hash }) => hash)
    const link = await client.accountLink.findFirst({
      where: { secretHash: { in: hashes }, purpose, expiresAt: { gt: new Date() } },
      include,
    })
    if (link === null || !isBound(link)) throw deadLink()
    return link
  }

  /** Finds a link and ends it, in the transaction of what it does. Of two uses at the same time one gets it. */
  async use(transaction: Transaction, token: string, purpose: AccountLinkPurpose): Promise<FoundLink> {
    const link = await this.find(transaction, token, purpose)
    const { count } = await transaction.accountLink.deleteMany({ where: { id: link.id } })
    if (count === 0) throw deadLink()
    return link
  }
}

function isBound({ boundTo, user }: FoundLink): boolean {
  return Buffer.compare(boundTo, bindingOf(user)) === 0
}

function bindingOf({ email, accounts }: Omit<FoundLink['user'], 'id' | 'name'>): Buffer<ArrayBuffer> {
  const text = JSON.stringify([email, accounts.map(({ password }) => password)])
  return createHash('sha256').update(text).digest() as Buffer<ArrayBuffer>
}

function deadLink(): NotFoundError {
  return new NotFoundError(
    'This link does not work any more: it was used, it has expired, or the account was changed since. Ask for a new one.',
    'link_not_found',
  )
}
