import { Module } from '@nestjs/common'
import { TwoFactorRequirementModule } from '../two-factor-requirement/two-factor-requirement.module.js'
import { DeleteOrganizationService } from './delete-organization.service.js'
import { ListOrganizationsService } from './list-organizations.service.js'
import { OrganizationEndController } from './organization-end.controller.js'
import { OrganizationQuotas } from './organization-quotas.js'
import { OrganizationsController } from './organizations.controller.js'
import { OrganizationsService } from './organizations.service.js'
import { QuotasController } from './quotas.controller.js'
import { QuotasService } from './quotas.service.js'
import { TransferOrganizationService } from './transfer-organization.service.js'

@Module({
  imports: [TwoFactorRequirementModule],
  controllers: [OrganizationsController, OrganizationEndController, QuotasController],
  providers: [
    OrganizationsService,
    DeleteOrganizationService,
    TransferOrganizationService,
    ListOrganizationsService,
    OrganizationQuotas,
    QuotasService,
  ],
  exports: [OrganizationQuotas],
})
export class OrganizationsModule {}
