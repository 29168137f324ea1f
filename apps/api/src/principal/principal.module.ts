import { Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ApiKeysModule } from '../api-keys/api-keys.module.js'
import { AuthModule } from '../auth/auth.module.js'
import { Authenticator } from './authenticator.js'
import { PrincipalGuard } from './principal.guard.js'

@Module({
  imports: [AuthModule, ApiKeysModule],
  providers: [Authenticator, { provide: APP_GUARD, useClass: PrincipalGuard }],
})
export class PrincipalModule {}
