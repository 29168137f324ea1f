import { Module } from '@nestjs/common'
import { AccountLinksModule } from '../account-links/account-links.module.js'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { AccountController } from './account.controller.js'
import { ChangeEmailService } from './change-email.service.js'
import { ConfirmEmailController } from './confirm-email.controller.js'
import { DeleteAccountService } from './delete-account.service.js'
import { OwnSessionsService } from './own-sessions.service.js'

@Module({
  imports: [SignInModule, AccountLinksModule],
  controllers: [AccountController, ConfirmEmailController],
  providers: [OwnSessionsService, ChangeEmailService, DeleteAccountService],
})
export class AccountModule {}
