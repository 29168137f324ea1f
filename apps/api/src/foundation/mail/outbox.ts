import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../config/config.js'
import { Database, type Transaction } from '../database/database.service.js'
import { Secrets } from '../secrets/secrets.js'
import { Mail } from './mail.js'
import { wholeMailLimits } from './mail-limits.js'

/** How long a mail that is being sent is nobody else's, also when the process ends meanwhile. */
const claimSeconds = 120

export interface ClaimedMail {
  id: bigint
  /** How often it was tried, this time with it. */
  attempts: number
  expiresAt: Date
  /** null: sealed with an AUTH_SECRET that is gone. */
  mail: Mail | null
}

/**
 * Mails that wait to be sent. They are rows, so that a mail is queued in the transaction of what it tells, and a restart or
 * a mail server that is away for hours loses none.
 */
@Injectable()
export class Outbox {
  private readonly waiting: number
  private wake: () => void = () => {}
  readonly configured: boolean

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    this.waiting = wholeMailLimits(config.limits).waiting
    this.configured = config.mail !== null
  }

  /**
   * Queues a mail, which is dropped with its organization, if it is of one. Returns false when none is sent here, or too many
   * wait. Call `sendSoon` after the commit.
   */
  async add(
    transaction: Transaction,
    mail: Mail,
    { expiresAt, organizationId = null }: { expiresAt: Date; organizationId?: number | null },
  ): Promise<boolean> {
    if (!this.configured) return false
    const rows = await transaction.$queryRaw<unknown[]>`
      INSERT INTO outgoing_mail (sealed, expires_at, organization_id)
      SELECT ${this.secrets.seal(JSON.stringify(mail))}, ${expiresAt}, ${organizationId}::int
      WHERE (SELECT count(*) FROM (SELECT FROM outgoing_mail LIMIT ${this.waiting}) AS waiting) < ${this.waiting}
      RETURNING id`
    return rows.length === 1
  }

  /** Makes the sender look at once. */
  sendSoon(): void {
    this.wake()
  }

  onSendSoon(wake: () => void): void {
    this.wake = wake
  }

  /** Takes up to `most` mails that are due. Those of which the links have expired are deleted. */
  async claim(most: number): Promise<ClaimedMail[]> {
    await this.database.pools.background.query('DELETE FROM outgoing_mail WHERE expires_at <= now()')
    const { rows } = await this.database.pools.background.query<Row>(claimSql, [most, claimSeconds])
    return rows.map(({ id, attempts, expiresAt, sealed }) => ({
      id: BigInt(id),
      attempts,
      expiresAt,
      mail: this.unseal(sealed),
    }))
  }

  async remove(id: bigint): Promise<void> {
    await this.database.pools.background.query('DELETE FROM outgoing_mail WHERE id = $1', [id])
  }

  async tryAgain(id: bigint, inMs: number): Promise<void> {
    await this.database.pools.background.query(laterSql, [id, inMs / 1_000])
  }

  /** How many mails wait. */
  async count(): Promise<number> {
    const { rows } = await this.database.pools.background.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM outgoing_mail',
    )
    return rows[0]?.count ?? 0
  }

  private unseal(sealed: Buffer): Mail | null {
    const text = this.secrets.unseal(sealed)
    return text === null ? null : Mail.parse(JSON.parse(text))
  }
}

interface Row {
  id: string
  attempts: number
  expiresAt: Date
  sealed: Buffer
}

const claimSql = `
  UPDATE outgoing_mail SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
  WHERE id IN (
    SELECT id FROM outgoing_mail WHERE next_attempt_at <= now() ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING id, attempts, expires_at AS "expiresAt", sealed`

const laterSql = `UPDATE outgoing_mail SET next_attempt_at = now() + make_interval(secs => $2) WHERE id = $1`
