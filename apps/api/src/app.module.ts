import { type DynamicModule, Module, StandardSchemaSerializerInterceptor } from '@nestjs/common'
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core'
import { ApiKeysModule } from './api-keys/api-keys.module.js'
import { AuthModule } from './auth/auth.module.js'
import { coreModule, type Foundations } from './core.module.js'
import { CredentialsModule } from './credentials/credentials.module.js'
import { DevicesModule } from './devices/devices.module.js'
import { DocsModule } from './docs/docs.module.js'
import { ProblemFilter } from './errors/problem.filter.js'
import { ValidationPipe } from './http/validation.pipe.js'
import { IngestModule } from './ingest/ingest.module.js'
import { MqttModule } from './mqtt/mqtt.module.js'
import { OrganizationsModule } from './organizations/organizations.module.js'
import { OverviewModule } from './overview/overview.module.js'
import { PlatformModule } from './platform/platform.module.js'
import { PresenceModule } from './presence/presence.module.js'
import { PrincipalModule } from './principal/principal.module.js'
import { SetupModule } from './setup/setup.module.js'
import { TelemetryModule } from './telemetry/telemetry.module.js'

/** The whole api, standing on its foundations. */
export function appModule(foundations: Foundations): DynamicModule {
  return {
    module: AppModule,
    imports: [
      coreModule(foundations),
      PlatformModule,
      PrincipalModule,
      AuthModule,
      SetupModule,
      OrganizationsModule,
      ApiKeysModule,
      DevicesModule,
      CredentialsModule,
      TelemetryModule,
      IngestModule,
      PresenceModule,
      OverviewModule,
      MqttModule,
      DocsModule,
    ],
    providers: [
      { provide: APP_FILTER, useClass: ProblemFilter },
      { provide: APP_PIPE, useClass: ValidationPipe },
      { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
    ],
  }
}

@Module({})
class AppModule {}
