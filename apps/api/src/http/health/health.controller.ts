import { Controller, Get, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { type Health, HealthChecks } from '../../foundation/health/health-checks.js'
import { Public } from '../access/decorators.js'

/** `/healthz` tells that the process runs, `/readyz` that the platform works. */
@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(private readonly health: HealthChecks) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' }
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await this.health.run()
    reply.status(health.ready ? 200 : 503)
    return health
  }
}
