import { type DynamicModule, Global, Module } from '@nestjs/common'
import { Addresses } from './foundation/addresses/addresses.js'
import { AuditLog } from './foundation/audit/audit-log.js'
import { AuditRetention } from './foundation/audit/audit-retention.js'
import { ConcurrencyLimiters } from './foundation/concurrency/concurrency-limiters.js'
import { CONFIG, type Config } from './foundation/config/config.js'
import { Database } from './foundation/database/database.service.js'
import { EventBus } from './foundation/events/event-bus.js'
import { HealthChecks } from './foundation/health/health-checks.js'
import { Housekeeping } from './foundation/housekeeping/housekeeping.js'
import { ROOT_LOGGER, type RootLogger } from './foundation/logging/root-logger.js'
import { MailSender } from './foundation/mail/mail-sender.js'
import { Outbox } from './foundation/mail/outbox.js'
import { MetricsRegistry } from './foundation/metrics/metrics-registry.js'
import { PlatformPublisher } from './foundation/publishing/platform-publisher.js'
import { ClientTexts } from './foundation/secrets/client-texts.js'
import { EarlierSecrets } from './foundation/secrets/earlier-secrets.js'
import { Secrets } from './foundation/secrets/secrets.js'
import { Certificates } from './foundation/tls/certificates.js'
import { TRACING, type Tracing } from './foundation/tracing/tracing.js'
import { FrontDoor } from './http/front-door/front-door.js'
import { HttpsListener } from './http/front-door/https-listener.js'

/** Objects that are made before the Nest application. */
export interface Foundations {
  config: Config
  logger: RootLogger
  secrets: Secrets
  frontDoor: FrontDoor
  tracing: Tracing | null
}

/** The providers that every module may inject without importing another module. */
export function coreModule({ config, logger, secrets, frontDoor, tracing }: Foundations): DynamicModule {
  const shared = [
    EventBus,
    Database,
    HealthChecks,
    MetricsRegistry,
    ConcurrencyLimiters,
    AuditLog,
    AuditRetention,
    Housekeeping,
    Addresses,
    Certificates,
    EarlierSecrets,
    HttpsListener,
    MailSender,
    Outbox,
    PlatformPublisher,
    ClientTexts,
  ]
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
