import { Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ApiKeysModule } from '../api-keys/api-keys.module.js'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { PrincipalGuard } from './principal.guard.js'
import { RequestAuthenticator } from './request-authenticator.js'

@Module({
  imports: [SignInModule, ApiKeysModule],
  providers: [RequestAuthenticator, { provide: APP_GUARD, useClass: PrincipalGuard }],
})
export class AuthenticationModule {}
