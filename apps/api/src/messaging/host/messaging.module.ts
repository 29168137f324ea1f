import { Module } from '@nestjs/common'
import { ApiKeysModule } from '../../identity/api-keys/api-keys.module.js'
import { OrganizationsModule } from '../../identity/organizations/organizations.module.js'
import { SignInModule } from '../../identity/sign-in/sign-in.module.js'
import { ApplicationsModule } from '../../registry/applications/applications.module.js'
import { CredentialsModule } from '../../registry/credentials/credentials.module.js'
import { NoticesModule } from '../../registry/notices/notices.module.js'
import { PresenceModule } from '../../registry/presence/presence.module.js'
import { IngestModule } from '../../telemetry/ingest/ingest.module.js'
import { ApiKeyAuthenticator } from '../api-keys/api-key-authenticator.js'
import { ApplicationAuthenticator } from '../applications/application-authenticator.js'
import { ApplicationRevocation } from '../applications/application-revocation.js'
import { BrokerStore } from '../broker-store/broker-store.js'
import { AccessChanges } from '../connections/access-changes.js'
import { LiveConnections } from '../connections/live-connections.js'
import { MembershipChanges } from '../connections/membership-changes.js'
import { PublishHandler } from '../publishing/publish-handler.js'
import { EndedTokenOwners } from '../tokens/ended-token-owners.js'
import { SeenDevices } from '../tokens/seen-devices.js'
import { TokenService } from '../tokens/token.service.js'
import { TokenAuthenticator } from '../tokens/token-authenticator.js'
import { TokensController } from '../tokens/tokens.controller.js'
import { BrokerHost } from './broker-host.js'
import { BrokerListeners } from './broker-listeners.js'
import { ConnectAuthenticator } from './connect-authenticator.js'
import { LimitRevocation } from './limit-revocation.js'
import { OrganizationRemoval } from './organization-removal.js'
import { Revocation } from './revocation.js'
import { SessionPrincipals } from './session-principals.js'
import { UnretainedNotices } from './unretained-notices.js'

@Module({
  imports: [
    ApiKeysModule,
    ApplicationsModule,
    CredentialsModule,
    IngestModule,
    NoticesModule,
    OrganizationsModule,
    PresenceModule,
    SignInModule,
  ],
  controllers: [TokensController],
  providers: [
    AccessChanges,
    ApiKeyAuthenticator,
    ApplicationAuthenticator,
    ApplicationRevocation,
    BrokerHost,
    BrokerListeners,
    BrokerStore,
    ConnectAuthenticator,
    SessionPrincipals,
    LimitRevocation,
    LiveConnections,
    MembershipChanges,
    OrganizationRemoval,
    PublishHandler,
    Revocation,
    SeenDevices,
    TokenAuthenticator,
    EndedTokenOwners,
    TokenService,
    UnretainedNotices,
  ],
  exports: [BrokerListeners, LiveConnections],
})
export class MessagingModule {}
