import { Module } from '@nestjs/common'
import { SetAsideController } from './set-aside.controller.js'
import { SetAsideService } from './set-aside.service.js'

@Module({ controllers: [SetAsideController], providers: [SetAsideService] })
export class SetAsideModule {}
