import { asyncApiDocument } from '@heliograph/protocol'
import { Controller, Get, Header, Res } from '@nestjs/common'
import { ApiExcludeController, type OpenAPIObject } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { version } from '../../foundation/config/version.js'
import { Public } from '../access/decorators.js'
import { docsAssets } from './docs-assets.js'
import { docsPage } from './docs-page.js'
import { Documents } from './documents.js'

/** Swagger UI sets style attributes; all scripts are files served here. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The OpenAPI and AsyncAPI documents, and a readable page of the first. */
@ApiExcludeController()
@Public()
@Controller('api')
export class DocsController {
  private readonly asyncApi = asyncApiDocument(version)

  constructor(private readonly documents: Documents) {}

  @Get('openapi.json')
  @Header('cache-control', 'no-cache')
  openApi(): OpenAPIObject {
    return this.documents.openApi
  }

  @Get('asyncapi.json')
  @Header('cache-control', 'no-cache')
  asyncApiJson(): object {
    return this.asyncApi
  }

  @Get('docs')
  async page(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('text/html; charset=utf-8').header('content-security-policy', docsPolicy).send(docsPage)
  }

  @Get('docs/swagger-ui.css')
  style(@Res() reply: FastifyReply): Promise<void> {
    return this.asset(reply, 'style', 'text/css; charset=utf-8')
  }

  @Get('docs/page.css')
  pageStyle(@Res() reply: FastifyReply): Promise<void> {
    return this.asset(reply, 'page', 'text/css; charset=utf-8')
  }

  @Get('docs/swagger-ui-bundle.js')
  bundle(@Res() reply: FastifyReply): Promise<void> {
    return this.asset(reply, 'bundle', 'text/javascript; charset=utf-8')
  }

  @Get('docs/start.js')
  start(@Res() reply: FastifyReply): Promise<void> {
    return this.asset(reply, 'start', 'text/javascript; charset=utf-8')
  }

  private async asset(reply: FastifyReply, name: keyof typeof docsAssets, type: string): Promise<void> {
    await reply
      .type(type)
      .header('cache-control', 'public, max-age=3600')
      .send(await docsAssets[name]())
  }
}
