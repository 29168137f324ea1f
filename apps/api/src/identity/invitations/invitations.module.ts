import { Module } from '@nestjs/common'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { AcceptInvitationController } from './accept-invitation.controller.js'
import { AcceptInvitationService } from './accept-invitation.service.js'
import { InvitationLookup } from './invitation-lookup.js'
import { InvitationRetention } from './invitation-retention.js'
import { InvitationsController } from './invitations.controller.js'
import { InvitationsService } from './invitations.service.js'
import { JoinOrganization } from './join-organization.js'
import { MailedTokens } from './mailed-token.js'
import { NewAccounts } from './new-accounts.js'

@Module({
  imports: [SignInModule],
  controllers: [InvitationsController, AcceptInvitationController],
  providers: [
    InvitationsService,
    AcceptInvitationService,
    InvitationLookup,
    InvitationRetention,
    JoinOrganization,
    MailedTokens,
    NewAccounts,
  ],
})
export class InvitationsModule {}
