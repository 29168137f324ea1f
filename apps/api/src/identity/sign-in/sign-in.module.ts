import { Module } from '@nestjs/common'
import { AccountChanges } from '../account-changes/account-changes.js'
import { AccountLinksModule } from '../account-links/account-links.module.js'
import { MappedMemberships } from '../openid-connect/mapped-memberships.js'
import { OpenIdConnect } from '../openid-connect/openid-connect.js'
import { TwoFactorRequirementModule } from '../two-factor-requirement/two-factor-requirement.module.js'
import { BetterAuthEndpoints } from './better-auth-endpoints.js'
import { CallAttempts } from './call-attempts.js'
import { CallAudit } from './call-audit.js'
import { EndedSessions } from './ended-sessions.js'
import { ExpiredRows } from './expired-rows.js'
import { KnownAddresses } from './known-addresses.js'
import { KnownBrowsers } from './known-browsers.js'
import { LastSeen } from './last-seen.js'
import { Origins } from './origins.js'
import { PasswordConfirmation } from './password-confirmation.js'
import { PasswordTurns } from './password-turns.js'
import { PendingSignIns } from './pending-sign-ins.js'
import { RefusedSignIns } from './refused-sign-ins.js'
import { SecondFactorSecrets } from './second-factor-secrets.js'
import { SignInService } from './sign-in.service.js'
import { SignInAttempts } from './sign-in-attempts.js'
import { SignInCallLimits } from './sign-in-call-limits.js'
import { CodeLimits, codeLimits, passwordLimits, SignInLimits } from './sign-in-limits.js'
import { UsedCodes } from './used-codes.js'

@Module({
  imports: [AccountLinksModule, TwoFactorRequirementModule],
  providers: [
    SignInService,
    BetterAuthEndpoints,
    Origins,
    SignInAttempts,
    PasswordTurns,
    SignInCallLimits,
    KnownBrowsers,
    KnownAddresses,
    ExpiredRows,
    OpenIdConnect,
    MappedMemberships,
    CallAttempts,
    PasswordConfirmation,
    CallAudit,
    AccountChanges,
    RefusedSignIns,
    PendingSignIns,
    UsedCodes,
    SecondFactorSecrets,
    { provide: SignInLimits, useFactory: () => new SignInLimits(passwordLimits) },
    { provide: CodeLimits, useFactory: () => new CodeLimits(codeLimits) },
    EndedSessions,
    LastSeen,
  ],
  exports: [
    SignInService,
    SignInLimits,
    SignInAttempts,
    Origins,
    EndedSessions,
    LastSeen,
    PasswordConfirmation,
  ],
})
export class SignInModule {}
