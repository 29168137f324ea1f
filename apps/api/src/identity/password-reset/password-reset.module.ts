import { Module } from '@nestjs/common'
import { AccountLinksModule } from '../account-links/account-links.module.js'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { PasswordResetController } from './password-reset.controller.js'
import { RequestResetService } from './request-reset.service.js'
import { ResetPasswordService } from './reset-password.service.js'
import { ResetRequestLimits } from './reset-request-limits.js'

@Module({
  imports: [SignInModule, AccountLinksModule],
  controllers: [PasswordResetController],
  providers: [RequestResetService, ResetPasswordService, ResetRequestLimits],
})
export class PasswordResetModule {}
