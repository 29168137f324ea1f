import { Module } from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import { ApiKeysModule } from '../api-keys/api-keys.module.js'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { TwoFactorRequirementModule } from '../two-factor-requirement/two-factor-requirement.module.js'
import { PrincipalGuard } from './principal.guard.js'
import { RequestAuthenticator } from './request-authenticator.js'
import { RequestTurns } from './request-turns.interceptor.js'

@Module({
  imports: [SignInModule, ApiKeysModule, TwoFactorRequirementModule],
  providers: [
    RequestAuthenticator,
    { provide: APP_GUARD, useClass: PrincipalGuard },
    { provide: APP_INTERCEPTOR, useClass: RequestTurns },
  ],
})
export class AuthenticationModule {}
