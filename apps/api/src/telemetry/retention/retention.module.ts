import { Module } from '@nestjs/common'
import { OrganizationSettingsController } from './organization-settings.controller.js'
import { OrganizationSettingsService } from './organization-settings.service.js'
import { RetentionService } from './retention.service.js'

@Module({
  controllers: [OrganizationSettingsController],
  providers: [RetentionService, OrganizationSettingsService],
  exports: [RetentionService],
})
export class RetentionModule {}
