import {
  type BeforeApplicationShutdown,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { FastifyInstance } from 'fastify'
import { runFrom } from '../../foundation/audit/request-origin.js'
import { Database } from '../../foundation/database/database.service.js'
import { HealthChecks } from '../../foundation/health/health-checks.js'
import { reportLimitsTo } from '../../foundation/limits/reported-limits.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { TRACING, type Tracing } from '../../foundation/tracing/tracing.js'
import { FrontDoor } from '../front-door/front-door.js'
import { originOf } from '../front-door/origin-of.js'
import { rateLimitFields } from '../front-door/rate-limit-fields.js'
import { HealthController } from '../health/health.controller.js'
import { registerDatabaseMetrics } from '../metrics/database-metrics.js'
import { registerHealthMetrics } from '../metrics/health-metrics.js'
import { registerHttpBoundsMetrics } from '../metrics/http-bounds-metrics.js'
import { HttpMetrics } from '../metrics/http-metrics.js'
import { MetricsController } from '../metrics/metrics.controller.js'
import { WebProcess } from '../web-process/web-process.js'
import { PlatformController } from './platform.controller.js'

/** Health, metrics and facts of the platform itself. */
@Module({ controllers: [HealthController, MetricsController, PlatformController], providers: [WebProcess] })
export class PlatformModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly health: HealthChecks,
    private readonly database: Database,
    private readonly frontDoor: FrontDoor,
    @Inject(TRACING) private readonly tracing: Tracing | null,
    metrics: MetricsRegistry,
    adapterHost: HttpAdapterHost,
  ) {
    registerDatabaseMetrics(metrics.registry, database.pools)
    registerHealthMetrics(metrics.registry, health)
    registerHttpBoundsMetrics(metrics.registry, frontDoor.bounds)
    // In the constructor, because the hook applies only to routes that are declared after it.
    const fastify: FastifyInstance = adapterHost.httpAdapter.getInstance()
    this.followRoutes(fastify, new HttpMetrics(metrics.registry))
    followRequests(fastify)
  }

  onModuleInit(): void {
    this.health.register('database', () => this.database.check())
    this.health.register('web', () => this.frontDoor.web.check())
  }

  /** The broker has ended its connections by now; other upgraded ones would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.frontDoor.destroyUpgraded()
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tracing?.close()
  }

  /** Passes the route of each request to metrics and tracing. */
  private followRoutes(fastify: FastifyInstance, metrics: HttpMetrics): void {
    fastify.addHook('onRequest', (request, _, done) => {
      const { url } = request.routeOptions
      metrics.recordRoute(request.raw, url)
      if (this.tracing === null) done()
      else this.tracing.http.follow(request.raw, url, done)
    })
  }
}

/**
 * Lets the audit know where a change comes from, and the answer which limits it counted for. After the body was read, as its
 * events come from elsewhere.
 */
function followRequests(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', ({ raw }, reply, done) => {
    runFrom(originOf(raw), () => reportLimitsTo(rateLimitFields(reply.raw), done))
  })
}
