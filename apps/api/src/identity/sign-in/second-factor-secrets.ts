import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import { Database } from '../../foundation/database/database.service.js'
import { Secrets } from '../../foundation/secrets/secrets.js'

interface Row {
  id: string
  secret: string
  codes: string
}

const batchSize = 200

/**
 * Encrypts the secrets of second factors with the current AUTH_SECRET, at the start after it was replaced. Unlike a hash, this
 * needs nobody to sign in, so that an earlier AUTH_SECRET is not needed for them any more.
 */
@Injectable()
export class SecondFactorSecrets implements OnApplicationBootstrap {
  private readonly logger = new Logger(SecondFactorSecrets.name)
  private readonly keys: { keys: Map<number, string>; currentVersion: number }

  constructor(
    private readonly database: Database,
    secrets: Secrets,
  ) {
    const numbered = secrets.numberedAuthSecrets
    this.keys = {
      keys: new Map(numbered.map(({ version, value }) => [version, value])),
      currentVersion: numbered[0]?.version ?? 0,
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.encryptAnew()
    } catch (error) {
      this.logger.warn(
        `second factors were not encrypted with the current AUTH_SECRET, and will be at the next start: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  private async encryptAnew(): Promise<void> {
    let unreadable = 0
    for (let after = ''; ; ) {
      const { rows } = await this.database.pools.background.query<Row>(listSql, [
        after,
        `$ba$${this.keys.currentVersion}$`,
        batchSize,
      ])
      for (const row of rows) if (!(await this.encryptRow(row))) unreadable += 1
      after = rows.at(-1)?.id ?? ''
      if (rows.length < batchSize) break
    }
    if (unreadable > 0)
      this.logger.warn(
        `${unreadable} second factors are encrypted with an AUTH_SECRET that is not known any more: their people cannot sign in`,
      )
  }

  private async encryptRow({ id, secret, codes }: Row): Promise<boolean> {
    const renewed = await Promise.all([this.renew(secret), this.renew(codes)]).catch(() => null)
    if (renewed === null) return false
    // A recovery code may be used meanwhile; then better-auth has encrypted the others with the current key.
    await this.database.pools.background.query(
      `UPDATE two_factor SET secret = $2, backup_codes = CASE WHEN backup_codes = $4 THEN $3 ELSE backup_codes END
        WHERE id = $1 AND secret = $5`,
      [id, ...renewed, codes, secret],
    )
    return true
  }

  private async renew(data: string): Promise<string> {
    return symmetricEncrypt({ key: this.keys, data: await symmetricDecrypt({ key: this.keys, data }) })
  }
}

const listSql = `
  SELECT id, secret, backup_codes AS codes FROM two_factor
  WHERE id > $1 AND NOT (starts_with(secret, $2) AND starts_with(backup_codes, $2)) ORDER BY id LIMIT $3`
