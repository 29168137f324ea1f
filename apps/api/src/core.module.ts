import { type DynamicModule, Global, Module } from '@nestjs/common'
import { AuditLog } from './audit/audit-log.js'
import { CONFIG, type Config } from './config.js'
import { Database } from './database/database.service.js'
import { EventBus } from './events/event-bus.js'
import { FrontDoor } from './front-door/front-door.js'
import { HealthChecks } from './health/health-checks.js'
import { ROOT_LOGGER, type RootLogger } from './logging/root-logger.js'
import { MetricsRegistry } from './metrics/metrics-registry.js'
import { Addresses } from './platform/addresses.js'
import { Secrets } from './secrets/secrets.js'
import { TRACING, type Tracing } from './tracing/tracing.js'

/** What is made before Nest is. */
export interface Foundations {
  config: Config
  logger: RootLogger
  secrets: Secrets
  frontDoor: FrontDoor
  tracing: Tracing | null
}

/** What every part may use without importing it. */
export function coreModule({ config, logger, secrets, frontDoor, tracing }: Foundations): DynamicModule {
  const shared = [EventBus, Database, HealthChecks, MetricsRegistry, AuditLog, Addresses]
  const made = [
    { provide: CONFIG, useValue: config },
    { provide: ROOT_LOGGER, useValue: logger },
    { provide: Secrets, useValue: secrets },
    { provide: FrontDoor, useValue: frontDoor },
    { provide: TRACING, useValue: tracing },
  ]
  return {
    module: CoreModule,
    providers: [...shared, ...made],
    exports: [...shared, ...made.map(({ provide }) => provide)],
  }
}

@Global()
@Module({})
class CoreModule {}
