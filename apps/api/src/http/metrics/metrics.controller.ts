import { Controller, Get, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { Public } from '../access/decorators.js'

@ApiExcludeController()
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsRegistry) {}

  @Get()
  async read(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.metrics
    await reply.type(registry.contentType).send(await registry.metrics())
  }
}
