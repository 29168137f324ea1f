import { Module } from '@nestjs/common'
import { ListOrganizationsService } from './list-organizations.service.js'
import { OrganizationQuotas } from './organization-quotas.js'
import { OrganizationsController } from './organizations.controller.js'
import { OrganizationsService } from './organizations.service.js'
import { QuotasController } from './quotas.controller.js'
import { QuotasService } from './quotas.service.js'

@Module({
  controllers: [OrganizationsController, QuotasController],
  providers: [OrganizationsService, ListOrganizationsService, OrganizationQuotas, QuotasService],
  exports: [OrganizationQuotas],
})
export class OrganizationsModule {}
