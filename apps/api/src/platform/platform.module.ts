import { type BeforeApplicationShutdown, Module, type OnModuleInit } from '@nestjs/common'
import { Database } from '../database/database.service.js'
import { FrontDoor } from '../front-door/front-door.js'
import { HealthController } from '../health/health.controller.js'
import { HealthChecks } from '../health/health-checks.js'
import { MetricsController } from '../metrics/metrics.controller.js'
import { WebProcess } from '../web-process/web-process.js'
import { PlatformController } from './platform.controller.js'

/** What the platform says of itself. */
@Module({ controllers: [HealthController, MetricsController, PlatformController], providers: [WebProcess] })
export class PlatformModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    private readonly health: HealthChecks,
    private readonly database: Database,
    private readonly frontDoor: FrontDoor,
  ) {}

  onModuleInit(): void {
    this.health.register('database', () => this.database.check())
    this.health.register('web', () => this.frontDoor.web.check())
  }

  /** By now the broker has ended its connections in order; any other would keep the port's server from closing. */
  beforeApplicationShutdown(): void {
    this.frontDoor.destroyUpgraded()
  }
}
