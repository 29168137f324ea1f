import { asyncApiDocument } from '@heliograph/protocol'
import { Controller, Get, Inject, type OnModuleInit, Req, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { version } from '../../foundation/config/version.js'
import { Public } from '../access/decorators.js'
import { type DocsAsset, readDocsAssets } from './docs-assets.js'
import { Documents } from './documents.js'
import { type StaticFile, sendFile, staticFile } from './static-file.js'

/** All scripts and styles are files served here. What Swagger UI computes is set by scripts. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The OpenAPI and AsyncAPI documents, and a readable page of the first. */
@ApiExcludeController()
@Public()
@Controller('api')
export class DocsController implements OnModuleInit {
  private readonly asyncApi: StaticFile
  private assets: Record<DocsAsset, StaticFile> | null = null

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly documents: Documents,
  ) {
    const document = JSON.stringify(asyncApiDocument(version, config))
    this.asyncApi = staticFile('application/json; charset=utf-8', document)
  }

  async onModuleInit(): Promise<void> {
    this.assets = await readDocsAssets(this.config.basePath)
  }

  @Get('openapi.json')
  openApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return sendFile(request, reply, this.documents.openApi, 'no-cache')
  }

  @Get('asyncapi.json')
  asyncApiJson(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return sendFile(request, reply, this.asyncApi, 'no-cache')
  }

  @Get('docs')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    reply.header('content-security-policy', docsPolicy)
    return this.asset(request, reply, 'page', 'no-cache')
  }

  @Get('docs/swagger-ui.css')
  style(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.asset(request, reply, 'swagger-ui.css')
  }

  @Get('docs/page.css')
  pageStyle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.asset(request, reply, 'page.css')
  }

  @Get('docs/swagger-ui-bundle.js')
  bundle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.asset(request, reply, 'swagger-ui-bundle.js')
  }

  @Get('docs/start.js')
  start(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.asset(request, reply, 'start.js')
  }

  private async asset(
    request: FastifyRequest,
    reply: FastifyReply,
    name: DocsAsset,
    cacheControl = 'public, max-age=3600',
  ): Promise<void> {
    if (this.assets === null) throw new Error('the files of the documentation have not been read yet')
    await sendFile(request, reply, this.assets[name], cacheControl)
  }
}
