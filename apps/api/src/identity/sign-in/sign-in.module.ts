import { Module } from '@nestjs/common'
import { BetterAuthEndpoints } from './better-auth-endpoints.js'
import { Origins } from './origins.js'
import { SignInService } from './sign-in.service.js'
import { SignInLimits } from './sign-in-limits.js'

@Module({
  providers: [SignInService, BetterAuthEndpoints, Origins, SignInLimits],
  exports: [SignInService, SignInLimits, Origins],
})
export class SignInModule {}
