import { Module } from '@nestjs/common'
import { AuthModule } from '../auth/auth.module.js'
import { BrokerStore } from '../broker-store/broker-store.js'
import { CredentialsModule } from '../credentials/credentials.module.js'
import { IngestModule } from '../ingest/ingest.module.js'
import { OverviewModule } from '../overview/overview.module.js'
import { PresenceModule } from '../presence/presence.module.js'
import { Authenticator } from './authenticator.js'
import { BrokerHost } from './broker-host.js'
import { FleetService } from './fleet.service.js'
import { LiveConnections } from './live-connections.js'
import { PublishHandler } from './publish-handler.js'
import { Revocation } from './revocation.js'
import { TokenService } from './tokens/token.service.js'
import { TokenAuthenticator } from './tokens/token-authenticator.js'
import { TokenOwners } from './tokens/token-owners.js'
import { TokensController } from './tokens/tokens.controller.js'
import { Troubles } from './troubles.js'

@Module({
  imports: [AuthModule, CredentialsModule, IngestModule, OverviewModule, PresenceModule],
  controllers: [TokensController],
  providers: [
    Authenticator,
    BrokerHost,
    BrokerStore,
    FleetService,
    LiveConnections,
    PublishHandler,
    Revocation,
    TokenAuthenticator,
    TokenOwners,
    TokenService,
    Troubles,
  ],
  exports: [BrokerHost],
})
export class MqttModule {}
