import { Controller, Get, Headers, Inject, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { sameText } from '../../foundation/secrets/same-text.js'
import { Public } from '../access/decorators.js'
import { renderedMetrics } from './rendered-metrics.js'

@ApiExcludeController()
@Public()
@Controller('metrics')
export class MetricsController {
  private readonly render: () => Promise<string>

  constructor(
    readonly metrics: MetricsRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.render = renderedMetrics(metrics.registry)
  }

  /** The metrics in Prometheus' text format. */
  @Get()
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { metricsToken } = this.config
    if (metricsToken !== null && !sameText(authorization ?? '', `Bearer ${metricsToken}`))
      throw new UnauthorizedError('Send METRICS_TOKEN as a bearer token.', 'unauthorized', 'Bearer')
    await reply.type(this.metrics.registry.contentType).send(await this.render())
  }
}
