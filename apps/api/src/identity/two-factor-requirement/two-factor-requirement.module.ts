import { Module } from '@nestjs/common'
import { TwoFactorRequirement } from './two-factor-requirement.js'

@Module({ providers: [TwoFactorRequirement], exports: [TwoFactorRequirement] })
export class TwoFactorRequirementModule {}
