import type { Database, Transaction } from '../../foundation/database/database.service.js'

export interface BegunSession {
  id: string
  userId: string
}

/**
 * What one call of better-auth changes, in one transaction. It begins with the first change, so that no connection is held
 * while a password is checked or a provider is asked.
 */
export class AccountChange {
  private beginning: Promise<Transaction> | null = null
  private ended: Promise<void> = Promise.resolve()
  private end = { commit: () => {}, rollBack: (_: Error) => {} }
  private readonly followUps: (() => Promise<void>)[] = []
  /** Sign-in sessions that the call begins and ends. */
  readonly begunSessions: BegunSession[] = []
  readonly endedSessions: BegunSession[] = []

  constructor(private readonly database: Database) {}

  /** The transaction; null while nothing was changed. */
  get begun(): Promise<Transaction> | null {
    return this.beginning
  }

  begin(): Promise<Transaction> {
    this.beginning ??= new Promise((resolve, reject) => {
      this.ended = this.database.transaction(async (transaction) => {
        const end = new Promise<void>((commit, rollBack) => {
          this.end = { commit, rollBack }
        })
        resolve(transaction)
        await end
      })
      this.ended.catch(reject)
    })
    return this.beginning
  }

  /** Runs something after the commit; not at all when the change is rolled back. */
  afterCommit(followUp: () => Promise<void>): void {
    this.followUps.push(followUp)
  }

  async commit(): Promise<void> {
    if (this.beginning === null) return
    const transaction = await this.beginning
    // PostgreSQL answers a COMMIT of a failed transaction without an error, and better-auth hides some of its failures.
    await transaction.$queryRaw`SELECT 1`
    this.end.commit()
    await this.ended
  }

  async rollBack(): Promise<void> {
    if (this.beginning === null) return
    await this.beginning.catch(() => undefined)
    this.end.rollBack(new RolledBack())
    await this.ended.catch(() => undefined)
  }

  async followUp(): Promise<void> {
    for (const run of this.followUps) await run()
  }
}

class RolledBack extends Error {
  constructor() {
    super('the call of better-auth was refused')
  }
}
