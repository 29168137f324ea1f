import { Module } from '@nestjs/common'
import { OrganizationsModule } from '../../identity/organizations/organizations.module.js'
import { StorageEstimator } from './storage-estimator.js'
import { UsageService } from './usage.service.js'

@Module({
  imports: [OrganizationsModule],
  providers: [StorageEstimator, UsageService],
  exports: [StorageEstimator, UsageService],
})
export class UsageModule {}
