import { Module } from '@nestjs/common'
import { ListReader } from './list-reader.js'

@Module({ providers: [ListReader], exports: [ListReader] })
export class ListsModule {}
