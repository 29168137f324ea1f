import { Module } from '@nestjs/common'
import { AuthService } from './auth.service.js'
import { AuthMount } from './auth-mount.js'
import { Origins } from './origins.js'
import { SignInLimits } from './sign-in-limits.js'

@Module({
  providers: [AuthService, AuthMount, Origins, SignInLimits],
  exports: [AuthService, SignInLimits, Origins],
})
export class AuthModule {}
