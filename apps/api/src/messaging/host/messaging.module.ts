import { Module } from '@nestjs/common'
import { AuthModule } from '../../identity/sign-in/auth.module.js'
import { CredentialsModule } from '../../registry/credentials/credentials.module.js'
import { NoticesModule } from '../../registry/notices/notices.module.js'
import { PresenceModule } from '../../registry/presence/presence.module.js'
import { IngestModule } from '../../telemetry/ingest/ingest.module.js'
import { BrokerStore } from '../broker-store/broker-store.js'
import { LiveConnections } from '../connections/live-connections.js'
import { PublishHandler } from '../publishing/publish-handler.js'
import { TokenService } from '../tokens/token.service.js'
import { TokenAuthenticator } from '../tokens/token-authenticator.js'
import { TokenOwners } from '../tokens/token-owners.js'
import { TokensController } from '../tokens/tokens.controller.js'
import { BrokerHost } from './broker-host.js'
import { BrokerObservers } from './broker-observers.js'
import { ConnectAuthenticator } from './connect-authenticator.js'
import { Revocation } from './revocation.js'

@Module({
  imports: [AuthModule, CredentialsModule, IngestModule, NoticesModule, PresenceModule],
  controllers: [TokensController],
  providers: [
    BrokerHost,
    BrokerObservers,
    BrokerStore,
    ConnectAuthenticator,
    LiveConnections,
    PublishHandler,
    Revocation,
    TokenAuthenticator,
    TokenOwners,
    TokenService,
  ],
  exports: [BrokerObservers],
})
export class MessagingModule {}
