import { Module } from '@nestjs/common'
import { ClockNotices } from './clock-notices.js'
import { Notices } from './notices.js'

@Module({ providers: [Notices, ClockNotices], exports: [Notices, ClockNotices] })
export class NoticesModule {}
