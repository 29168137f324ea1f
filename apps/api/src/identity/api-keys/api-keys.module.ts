import { Module } from '@nestjs/common'
import { ApiKeyUses } from './api-key-uses.js'
import { ApiKeyVerifier } from './api-key-verifier.js'
import { ApiKeysController } from './api-keys.controller.js'
import { ApiKeysService } from './api-keys.service.js'

@Module({
  controllers: [ApiKeysController],
  providers: [ApiKeysService, ApiKeyUses, ApiKeyVerifier],
  exports: [ApiKeyUses, ApiKeyVerifier],
})
export class ApiKeysModule {}
