import { createApp } from './create-app.js'
import { parseConfig } from './foundation/config/config.js'
import { createRootLogger } from './foundation/logging/root-logger.js'
import { Secrets } from './foundation/secrets/secrets.js'
import { openApiDocument } from './http/documents/openapi-document.js'
import { FrontDoor } from './http/front-door/front-door.js'

// Prints the OpenAPI document. It needs no database and opens no port, because no provider is made.
const config = parseConfig({ DATABASE_URL: 'postgresql://unused', LOG_LEVEL: 'silent' })
const logger = createRootLogger(config.logLevel)
const app = await createApp(
  {
    config,
    logger,
    secrets: new Secrets('unused'),
    frontDoor: new FrontDoor(config, logger),
    tracing: null,
  },
  { preview: true },
)
process.stdout.write(`${JSON.stringify(openApiDocument(app, config.publicUrl), null, 2)}\n`)
