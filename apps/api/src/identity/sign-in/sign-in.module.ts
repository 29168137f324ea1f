import { Module } from '@nestjs/common'
import { BetterAuthEndpoints } from './better-auth-endpoints.js'
import { ExpiredRows } from './expired-rows.js'
import { KnownAddresses } from './known-addresses.js'
import { KnownBrowsers } from './known-browsers.js'
import { Origins } from './origins.js'
import { PasswordTurns } from './password-turns.js'
import { SignInService } from './sign-in.service.js'
import { SignInAttempts } from './sign-in-attempts.js'
import { SignInLimits } from './sign-in-limits.js'

@Module({
  providers: [
    SignInService,
    BetterAuthEndpoints,
    Origins,
    SignInAttempts,
    PasswordTurns,
    KnownBrowsers,
    KnownAddresses,
    ExpiredRows,
    { provide: SignInLimits, useFactory: () => new SignInLimits() },
  ],
  exports: [SignInService, SignInLimits, Origins],
})
export class SignInModule {}
