import { Module } from '@nestjs/common'
import { OrganizationsController } from './organizations.controller.js'
import { OrganizationsService } from './organizations.service.js'

@Module({ controllers: [OrganizationsController], providers: [OrganizationsService] })
export class OrganizationsModule {}
