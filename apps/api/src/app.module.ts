import { type DynamicModule, Module, StandardSchemaSerializerInterceptor } from '@nestjs/common'
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core'
import { coreModule, type Foundations } from './core.module.js'
import { DocsModule } from './http/documents/docs.module.js'
import { PlatformModule } from './http/platform/platform.module.js'
import { ProblemFilter } from './http/problems/problem.filter.js'
import { ValidationPipe } from './http/requests/validation.pipe.js'
import { AccountModule } from './identity/account/account.module.js'
import { ApiKeysModule } from './identity/api-keys/api-keys.module.js'
import { AuthenticationModule } from './identity/authentication/authentication.module.js'
import { InvitationsModule } from './identity/invitations/invitations.module.js'
import { MembersModule } from './identity/members/members.module.js'
import { OrganizationsModule } from './identity/organizations/organizations.module.js'
import { PasswordResetModule } from './identity/password-reset/password-reset.module.js'
import { SetupModule } from './identity/set-up/setup.module.js'
import { SignInModule } from './identity/sign-in/sign-in.module.js'
import { SignInMethodsModule } from './identity/sign-in-methods/sign-in-methods.module.js'
import { AuditModule } from './insight/audit/audit.module.js'
import { FleetModule } from './insight/fleet/fleet.module.js'
import { OverviewModule } from './insight/overview/overview.module.js'
import { UsageReportModule } from './insight/usage/usage-report.module.js'
import { MessagingModule } from './messaging/host/messaging.module.js'
import { ApplicationsModule } from './registry/applications/applications.module.js'
import { CredentialsModule } from './registry/credentials/credentials.module.js'
import { DevicesModule } from './registry/devices/devices.module.js'
import { PresenceModule } from './registry/presence/presence.module.js'
import { TelemetryModule } from './telemetry/history/telemetry.module.js'
import { IngestModule } from './telemetry/ingest/ingest.module.js'
import { SetAsideModule } from './telemetry/set-aside/set-aside.module.js'

/** The whole api. Providers that are needed in most places are global, in core.module.ts. */
export function appModule(foundations: Foundations): DynamicModule {
  return {
    module: AppModule,
    imports: [
      coreModule(foundations),
      PlatformModule,
      AuthenticationModule,
      SignInModule,
      SignInMethodsModule,
      AccountModule,
      PasswordResetModule,
      SetupModule,
      OrganizationsModule,
      MembersModule,
      InvitationsModule,
      ApiKeysModule,
      DevicesModule,
      CredentialsModule,
      ApplicationsModule,
      TelemetryModule,
      IngestModule,
      SetAsideModule,
      PresenceModule,
      MessagingModule,
      OverviewModule,
      FleetModule,
      UsageReportModule,
      AuditModule,
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
