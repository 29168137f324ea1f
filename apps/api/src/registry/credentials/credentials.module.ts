import { Module } from '@nestjs/common'
import { DevicesModule } from '../devices/devices.module.js'
import { CredentialVerifier } from './credential-verifier.js'
import { CredentialsController } from './credentials.controller.js'
import { CredentialsService } from './credentials.service.js'

@Module({
  imports: [DevicesModule],
  controllers: [CredentialsController],
  providers: [CredentialsService, CredentialVerifier],
  exports: [CredentialVerifier],
})
export class CredentialsModule {}
