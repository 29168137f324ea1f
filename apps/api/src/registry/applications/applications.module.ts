import { Module } from '@nestjs/common'
import { ApplicationConnections } from './application-connections.js'
import { ApplicationVerifier } from './application-verifier.js'
import { ApplicationsController } from './applications.controller.js'
import { ApplicationsService } from './applications.service.js'

@Module({
  controllers: [ApplicationsController],
  providers: [ApplicationsService, ApplicationVerifier, ApplicationConnections],
  exports: [ApplicationVerifier, ApplicationConnections],
})
export class ApplicationsModule {}
