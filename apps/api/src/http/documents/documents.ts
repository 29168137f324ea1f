import { Injectable } from '@nestjs/common'
import type { OpenAPIObject } from '@nestjs/swagger'
import { type StaticFile, staticFile } from './static-file.js'

/** Holds the OpenAPI document, which is made from the finished application. */
@Injectable()
export class Documents {
  private openApiDocument: StaticFile | null = null

  setOpenApi(document: OpenAPIObject): void {
    this.openApiDocument = staticFile('application/json; charset=utf-8', JSON.stringify(document))
  }

  get openApi(): StaticFile {
    if (this.openApiDocument === null) throw new Error('the OpenAPI document has not been made yet')
    return this.openApiDocument
  }
}
