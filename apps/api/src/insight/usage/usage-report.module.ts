import { Module } from '@nestjs/common'
import { OrganizationsModule } from '../../identity/organizations/organizations.module.js'
import { MessagingModule } from '../../messaging/host/messaging.module.js'
import { RetentionModule } from '../../telemetry/retention/retention.module.js'
import { UsageModule } from '../../telemetry/usage/usage.module.js'
import { QuotaWatch } from './quota-watch.js'
import { UsageController } from './usage.controller.js'
import { UsageReportService } from './usage-report.service.js'

@Module({
  imports: [MessagingModule, OrganizationsModule, RetentionModule, UsageModule],
  controllers: [UsageController],
  providers: [UsageReportService, QuotaWatch],
})
export class UsageReportModule {}
