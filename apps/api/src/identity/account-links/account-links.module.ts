import { Module } from '@nestjs/common'
import { AccountLinks } from './account-links.js'
import { PersonAudit } from './person-audit.js'

@Module({ providers: [AccountLinks, PersonAudit], exports: [AccountLinks, PersonAudit] })
export class AccountLinksModule {}
