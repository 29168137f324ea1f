import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { CONFIG, type Config } from '../config/config.js'
import { Prisma, PrismaClient } from './generated/client.js'

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient

/** The connections to PostgreSQL: Prisma for the registry, and a pool for raw SQL. Connects when first used. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly logger = new Logger(Database.name)
  readonly prisma: PrismaClient
  readonly pool: pg.Pool

  constructor(@Inject(CONFIG) config: Config) {
    const connection = {
      connectionString: config.databaseUrl,
      connectionTimeoutMillis: 10_000,
      // Without it, a server that stops answering would block the caller for ever.
      query_timeout: 15_000,
    }
    this.prisma = new PrismaClient({
      adapter: new PrismaPg({ ...connection, max: 10, application_name: 'heliograph registry' }),
    })
    this.pool = new pg.Pool({ ...connection, max: 12, application_name: 'heliograph' })
    // Without a listener, a connection that breaks while idle would end the process.
    this.pool.on('error', (error) => this.logger.warn(`an idle connection broke: ${error.message}`))
  }

  /** Runs `work` in one transaction, which is committed when it resolves and rolled back when it rejects. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.prisma.$transaction(work, { maxWait: 10_000, timeout: 15_000 })
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1')
  }

  /** Like `ping`, but its error tells nothing about the database: the health check is public. */
  async check(): Promise<void> {
    await this.ping().catch((error: unknown) => {
      this.logger.debug(`the database does not answer: ${error instanceof Error ? error.message : error}`)
      throw new Error('does not answer')
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.prisma.$disconnect(), this.pool.end()])
  }
}

/** Whether a change failed because a unique value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
