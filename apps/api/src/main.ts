import fs from 'node:fs'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { createApp } from './create-app.js'
import { type Config, ConfigError, parseConfig } from './foundation/config/config.js'
import { claimDatabase } from './foundation/database/database-claim.js'
import { HealthChecks } from './foundation/health/health-checks.js'
import { createRootLogger, type RootLogger } from './foundation/logging/root-logger.js'
import { authSecret } from './foundation/secrets/auth-secret.js'
import { Secrets } from './foundation/secrets/secrets.js'
import { startTracing } from './foundation/tracing/tracing.js'
import { Documents } from './http/documents/documents.js'
import { openApiDocument } from './http/documents/openapi-document.js'
import { FrontDoor } from './http/front-door/front-door.js'
import { WebProcess } from './http/web-process/web-process.js'
import { describeStartFailure } from './start-failure.js'

const stopWithinMs = 3_500
const pagesWithinMs = 90_000

let stopping = false

/** Starts everything, tells the parent when it is ready, and ends it all when told to. */
async function main(): Promise<void> {
  if (fs.existsSync('.env')) process.loadEnvFile('.env')
  const config = parseConfig(process.env)
  const logger = createRootLogger(config.logLevel, { readable: process.stdout.isTTY })
  warnOfWhatIsNotUsed(config, logger)
  const secrets = new Secrets(authSecret(config))
  const frontDoor = new FrontDoor(config, logger)
  await claimDatabase(config.databaseUrl, {
    say: (text) => logger.warn({ context: 'main' }, text),
    onTaken: ({ message }) => end(`Heliograph stops.\n${message}\n`),
  })
  const tracing = await startTracing(config)
  const app = await createApp({ config, logger, secrets, frontDoor, tracing })
  const stop = stopper(app, logger)
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop)
  // The parent may have gone before anybody listened.
  if (process.connected === false) stop()

  await start(app, config)
  await waitUntilReady(app.get(HealthChecks))
  const url = config.publicUrl ?? `http://${nameForHere(config.host)}:${config.port}`
  // A parent is told, and says so itself.
  logger[process.send ? 'debug' : 'info']({ context: 'main', url }, `ready ${url}`)
  process.send?.({ type: 'ready', url })
}

async function start(app: NestFastifyApplication, config: Config): Promise<void> {
  app.get(Documents).setOpenApi(openApiDocument(app))
  await app.get(WebProcess).start()
  await app.listen(config.port, config.host).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'getaddrinfo') throw error
    throw new ConfigError(`HOST: ${config.host} is no name that this machine knows; use one of its addresses`)
  })
}

function warnOfWhatIsNotUsed({ redisUrl }: Config, logger: RootLogger): void {
  if (redisUrl !== null) logger.warn({ context: 'main' }, 'REDIS_URL is set but not used by this version')
}

async function waitUntilReady(checks: HealthChecks): Promise<void> {
  const deadline = Date.now() + pagesWithinMs
  while (true) {
    const { ready, checks: results } = await checks.run()
    if (ready) return
    if (Date.now() > deadline) {
      const failing = Object.entries(results).filter(([, { ok }]) => !ok)
      throw new Error(failing.map(([name, { detail }]) => `the ${name} ${detail}`).join('; '))
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Ends everything in order; what hangs is left behind, because whoever asked waits only so long. */
function stopper(app: NestFastifyApplication, logger: RootLogger): () => void {
  return () => {
    if (stopping) return
    stopping = true
    // A parent has said so itself.
    logger[process.send ? 'debug' : 'info']({ context: 'main' }, 'stopping')
    setTimeout(() => {
      logger.warn({ context: 'main' }, 'something did not stop in time and was left behind')
      process.exit(0)
    }, stopWithinMs).unref()
    app.get(HealthChecks).stop()
    app
      .close()
      .catch((error: unknown) => logger.error({ context: 'main', err: error }, 'stopping failed'))
      .finally(() => process.exit(0))
  }
}

/** By which name this machine reaches a host that listens on all of its addresses. */
function nameForHere(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

main().catch((error: unknown) => {
  // What was being started was told to stop: that is no failure.
  if (stopping) return
  const text = error instanceof ConfigError ? error.message : describeStartFailure(error)
  end(`Heliograph does not start.\n${text}\n`)
})

function end(text: string): void {
  process.stderr.write(text, () => process.exit(1))
}
