import { Module } from '@nestjs/common'
import { ListsModule } from '../../registry/lists/lists.module.js'
import { AuditController } from './audit.controller.js'
import { AuditService } from './audit.service.js'
import { AuditExports } from './audit-exports.js'
import { OwnActivityController } from './own-activity.controller.js'
import { PlatformAuditController } from './platform-audit.controller.js'
import { PlatformAuditService } from './platform-audit.service.js'

@Module({
  imports: [ListsModule],
  controllers: [AuditController, PlatformAuditController, OwnActivityController],
  providers: [AuditService, AuditExports, PlatformAuditService],
})
export class AuditModule {}
