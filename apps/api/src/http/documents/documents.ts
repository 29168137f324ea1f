import { Injectable } from '@nestjs/common'
import type { OpenAPIObject } from '@nestjs/swagger'

/** Holds the OpenAPI document, which is made from the finished application. */
@Injectable()
export class Documents {
  private openApiDocument: OpenAPIObject | null = null

  setOpenApi(document: OpenAPIObject): void {
    this.openApiDocument = document
  }

  get openApi(): OpenAPIObject {
    if (this.openApiDocument === null) throw new Error('the OpenAPI document has not been made yet')
    return this.openApiDocument
  }
}
