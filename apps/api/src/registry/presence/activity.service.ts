import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { ActivityWriter } from './activity-writer.js'

/** Records when each device was last heard. */
@Injectable()
export class ActivityService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ActivityService.name)
  readonly writer: ActivityWriter

  constructor(database: Database) {
    this.writer = new ActivityWriter(database.pools.ingest, (error) =>
      this.logger.warn(
        `times of last messages wait for the database: ${error instanceof Error ? error.message : error}`,
      ),
    )
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.writer.close()
  }
}
