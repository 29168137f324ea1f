import { Module } from '@nestjs/common'
import { AccountLinksModule } from '../account-links/account-links.module.js'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { SignInMethodsController } from './sign-in-methods.controller.js'
import { SignInMethodsService } from './sign-in-methods.service.js'

@Module({
  imports: [SignInModule, AccountLinksModule],
  controllers: [SignInMethodsController],
  providers: [SignInMethodsService],
})
export class SignInMethodsModule {}
