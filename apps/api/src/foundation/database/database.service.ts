import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { CONFIG, type Config } from '../config/config.js'
import { Prisma, PrismaClient } from './generated/client.js'

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient

/** The one door to PostgreSQL: Prisma for the registry, a pool of its own for raw SQL. Connects when first used. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly logger = new Logger(Database.name)
  readonly prisma: PrismaClient
  readonly pool: pg.Pool

  constructor(@Inject(CONFIG) config: Config) {
    const connection = {
      connectionString: config.databaseUrl,
      connectionTimeoutMillis: 10_000,
      // A server that took the question and says nothing would keep whoever asked for ever.
      query_timeout: 15_000,
    }
    this.prisma = new PrismaClient({
      adapter: new PrismaPg({ ...connection, max: 10, application_name: 'heliograph registry' }),
    })
    this.pool = new pg.Pool({ ...connection, max: 12, application_name: 'heliograph' })
    // Without a listener, a connection that breaks while idle would end the process.
    this.pool.on('error', (error) => this.logger.warn(`an idle connection broke: ${error.message}`))
  }

  /** Runs everything in one transaction: all of it is kept, or nothing. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.prisma.$transaction(work, { maxWait: 10_000, timeout: 15_000 })
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1')
  }

  /** For whoever asks from outside, without what the database says of itself. */
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
