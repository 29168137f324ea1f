import { Module } from '@nestjs/common'
import { SignInModule } from '../sign-in/sign-in.module.js'
import { SetupController } from './setup.controller.js'
import { SetupService } from './setup.service.js'

@Module({ imports: [SignInModule], controllers: [SetupController], providers: [SetupService] })
export class SetupModule {}
