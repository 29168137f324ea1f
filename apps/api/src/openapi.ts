import { createApp } from './create-app.js'
import { parseConfig } from './foundation/config/config.js'
import { createRootLogger } from './foundation/logging/root-logger.js'
import { Secrets } from './foundation/secrets/secrets.js'
import { openApiDocument } from './http/documents/openapi-document.js'
import { FrontDoor } from './http/front-door/front-door.js'

// Prints the OpenAPI document. Needs no database and listens nowhere: the application is only described.
const config = parseConfig({ DATABASE_URL: 'postgresql://nowhere', LOG_LEVEL: 'silent' })
const logger = createRootLogger(config.logLevel)
const app = await createApp(
  {
    config,
    logger,
    secrets: new Secrets('not used for anything'),
    frontDoor: new FrontDoor(config, logger),
    tracing: null,
  },
  true,
)
process.stdout.write(`${JSON.stringify(openApiDocument(app), null, 2)}\n`)
