import { Injectable } from '@nestjs/common'
import type { OpenAPIObject } from '@nestjs/swagger'

/** The documents that need the whole application to be made; set once it stands. */
@Injectable()
export class Documents {
  private openApiDocument: OpenAPIObject | null = null

  setOpenApi(document: OpenAPIObject): void {
    this.openApiDocument = document
  }

  get openApi(): OpenAPIObject {
    if (this.openApiDocument === null) throw new Error('the OpenAPI document is not made yet')
    return this.openApiDocument
  }
}
