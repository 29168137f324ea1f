import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { PrismaPg } from '@prisma/adapter-pg'
import { CONFIG, type Config } from '../config/config.js'
import { Prisma, PrismaClient } from './generated/client.js'
import { makePools, type Pools } from './pools.js'

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient

/** The connections to PostgreSQL: a pool for each purpose, for raw SQL, and Prisma on two of them. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly logger = new Logger(Database.name)
  readonly pools: Pools
  /** Prisma on the connections of the registry. */
  readonly prisma: PrismaClient
  /** Prisma on the connections of authentication. */
  readonly accounts: PrismaClient

  constructor(@Inject(CONFIG) config: Config) {
    this.pools = makePools(config.databaseUrl, (purpose, { message }) =>
      this.logger.warn(`an idle connection for ${purpose} broke: ${message}`),
    )
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pools.registry) })
    this.accounts = new PrismaClient({ adapter: new PrismaPg(this.pools.authentication) })
  }

  /** Runs `work` in one transaction, which is committed when it resolves and rolled back when it rejects. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.prisma.$transaction(work, { maxWait: 10_000, timeout: 15_000 })
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.pools.authentication.query('SELECT 1')
  }

  /** Like `ping`, but its error tells nothing about the database: the health check is public. */
  async check(): Promise<void> {
    await this.ping().catch((error: unknown) => {
      this.logger.debug(`the database does not answer: ${error instanceof Error ? error.message : error}`)
      throw new Error('does not answer')
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.prisma.$disconnect(), this.accounts.$disconnect()])
    await Promise.all(Object.values(this.pools).map((pool) => pool.end()))
  }
}

/** Whether a change failed because a unique value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
