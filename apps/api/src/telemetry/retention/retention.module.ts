import { Module } from '@nestjs/common'
import { TwoFactorRequirementModule } from '../../identity/two-factor-requirement/two-factor-requirement.module.js'
import { OrganizationSettingsController } from './organization-settings.controller.js'
import { OrganizationSettingsService } from './organization-settings.service.js'
import { RetentionService } from './retention.service.js'

@Module({
  imports: [TwoFactorRequirementModule],
  controllers: [OrganizationSettingsController],
  providers: [RetentionService, OrganizationSettingsService],
  exports: [RetentionService],
})
export class RetentionModule {}
