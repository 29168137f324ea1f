import { AuditLog } from '../../foundation/audit/audit-log.js'
import type { Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import { authSecrets } from '../../foundation/secrets/auth-secret.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { AccountLinks, type IssuedLink } from '../account-links/account-links.js'
import { PersonAudit } from '../account-links/person-audit.js'

interface ResetByCommand {
  email: string
  /** For who has lost their phone and their recovery codes. */
  turnOffTwoFactor: boolean
}

/** A link for a new password, made by whoever runs the platform. It needs the database, and no running api. */
export async function makeResetLink(
  config: Config,
  { email, turnOffTwoFactor }: ResetByCommand,
): Promise<IssuedLink> {
  const database = new Database(config)
  const links = new AccountLinks(new Secrets(...authSecrets(config)), config)
  const audit = new PersonAudit(new AuditLog())
  try {
    return await database.transaction(async (transaction) => {
      const user = await transaction.user.findFirst({
        where: { email: email.trim().toLowerCase() },
        select: {
          id: true,
          email: true,
          accounts: { where: { providerId: 'credential' }, select: { id: true } },
        },
      })
      if (user === null) throw new NotFoundError(`There is no account with the address ${email}.`)
      if (user.accounts.length === 0)
        throw new NotFoundError(`${user.email} has no password: this account signs in by another way.`)
      const link = await links.add(transaction, { userId: user.id, purpose: 'resetPassword' })
      await audit.record(transaction, user.id, {
        action: 'person.resetLink',
        by: 'platform',
        detail: { email: user.email, expiresAt: link.expiresAt.toISOString() },
      })
      if (turnOffTwoFactor) {
        await transaction.user.update({ where: { id: user.id }, data: { twoFactorEnabled: false } })
        await transaction.twoFactor.deleteMany({ where: { userId: user.id } })
        await audit.record(transaction, user.id, {
          action: 'person.disableTwoFactor',
          by: 'platform',
          detail: { email: user.email },
        })
      }
      return link
    })
  } finally {
    await database.onApplicationShutdown()
  }
}
