import { Injectable } from '@nestjs/common'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import type { Prisma } from '../../foundation/database/generated/client.js'
import { ConflictError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'

const include = {
  organization: { select: { id: true, slug: true, name: true } },
  createdBy: { select: { name: true } },
  createdByKey: { select: { name: true } },
} satisfies Prisma.InvitationInclude

export type FoundInvitation = Prisma.InvitationGetPayload<{ include: typeof include }>

/** Finds an invitation by the token of its link. */
@Injectable()
export class InvitationLookup {
  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * An invitation that can be accepted. Unknown tokens count as attempts to sign in from the address. Throws a NotFoundError
   * for them, and a ConflictError that says how an invitation has ended.
   */
  async find(token: string, clientAddress: string): Promise<FoundInvitation> {
    const giveBack = this.limits.attemptSecret(clientAddress, 'invitation')
    const found = await this.read(token)
    if (found === null) throw unknownToken()
    giveBack()
    assertOpen(found)
    return found
  }

  /** The same once more, under the lock of the organization. */
  async findAgain(transaction: Transaction, id: string): Promise<FoundInvitation> {
    const found = await transaction.invitation.findUnique({ where: { id }, include })
    if (found === null) throw unknownToken()
    assertOpen(found)
    return found
  }

  /** By hash, so that its timing reveals nothing. */
  private read(token: string): Promise<FoundInvitation | null> {
    return this.database.accounts.invitation.findFirst({
      where: { secretHash: { in: this.secrets.hashes('invitation', token).map(({ hash }) => hash) } },
      include,
    })
  }
}

function assertOpen({ acceptedAt, revokedAt, expiresAt }: FoundInvitation): void {
  const ask = 'Ask whoever sent it for a new one.'
  if (acceptedAt !== null)
    throw new ConflictError(
      `This invitation was used already: each lets in one person. ${ask}`,
      'invitation_used',
    )
  if (revokedAt !== null) throw new ConflictError(`This invitation was revoked. ${ask}`, 'invitation_revoked')
  if (expiresAt.getTime() <= Date.now())
    throw new ConflictError(
      `This invitation expired on ${expiresAt.toISOString().slice(0, 10)}. ${ask}`,
      'invitation_expired',
    )
}

function unknownToken(): NotFoundError {
  return new NotFoundError(
    'This invitation is not known. Perhaps its link was not copied as a whole, or it ended long ago.',
    'invitation_not_found',
  )
}
