import type { SignInMethods, SignInOptions } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'
import { PersonAudit } from '../account-links/person-audit.js'
import { openIdProviderId } from '../openid-connect/openid-provider.js'
import { passkeyHost } from '../sign-in/second-factor-plugins.js'
import { SignInService } from '../sign-in/sign-in.service.js'

/** In which ways people sign in. */
@Injectable()
export class SignInMethodsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly signIn: SignInService,
    private readonly audit: PersonAudit,
  ) {}

  options(): SignInOptions {
    const { mail, openIdConnect, publicUrl, port } = this.config
    return {
      passwordReset: mail === null ? 'command' : 'mail',
      openIdConnect: openIdConnect && { name: openIdConnect.name },
      passkeyHost: passkeyHost(publicUrl, port).host,
    }
  }

  async read({ userId }: Person): Promise<SignInMethods> {
    const user = await this.database.accounts.user.findUnique({
      where: { id: userId },
      select: {
        twoFactorEnabled: true,
        accounts: { select: { providerId: true, createdAt: true, password: true } },
        passkeys: { orderBy: { createdAt: 'asc' } },
      },
    })
    if (user === null) throw new UnauthorizedError()
    const { openIdConnect } = this.config
    const connected = user.accounts.find(({ providerId }) => providerId === openIdProviderId)
    return {
      password: user.accounts.some(({ password }) => password !== null),
      twoFactor: user.twoFactorEnabled
        ? { recoveryCodesLeft: await this.signIn.countRecoveryCodes(userId) }
        : null,
      passkeys: user.passkeys.map(({ id, name, createdAt, backedUp }) => ({
        id,
        name: name ?? 'Passkey',
        createdAt: (createdAt ?? new Date(0)).toISOString(),
        synced: backedUp,
      })),
      openIdConnect: openIdConnect && {
        name: openIdConnect.name,
        connectedAt: connected?.createdAt.toISOString() ?? null,
      },
    }
  }

  async disconnectProvider({ userId }: Person): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT FROM "user" WHERE id = ${userId} FOR NO KEY UPDATE`
      const hasPassword = await transaction.account.count({ where: { userId, password: { not: null } } })
      if (hasPassword === 0)
        throw new ConflictError('You have no password, so this is how you get in.', 'only_way_in')
      const where = { userId, providerId: openIdProviderId }
      const { count } = await transaction.account.deleteMany({ where })
      if (count === 0) throw new NotFoundError('You are not connected to the provider.', 'not_connected')
      await this.audit.record(transaction, userId, {
        action: 'person.disconnectProvider',
        by: 'person',
      })
    })
  }

  async removePasskey({ userId }: Person, id: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [passkey] = await transaction.passkey.findMany({ where: { id, userId }, select: { name: true } })
      if (passkey === undefined) throw new NotFoundError('You have no such passkey.', 'passkey_not_found')
      await transaction.passkey.deleteMany({ where: { id, userId } })
      await this.audit.record(transaction, userId, {
        action: 'person.removePasskey',
        by: 'person',
        before: { name: passkey.name },
      })
    })
  }
}
