import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { raiseInliningBudget } from '@heliograph/broker'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { assertKnownLimits } from './all-limits.js'
import { createApp } from './create-app.js'
import { type Config, ConfigError, givenSecrets, parseConfig } from './foundation/config/config.js'
import { claimDatabase } from './foundation/database/database-claim.js'
import { HealthChecks } from './foundation/health/health-checks.js'
import { createRootLogger, type RootLogger } from './foundation/logging/root-logger.js'
import { authSecrets } from './foundation/secrets/auth-secret.js'
import { Secrets } from './foundation/secrets/secrets.js'
import { startTracing } from './foundation/tracing/tracing.js'
import { Documents } from './http/documents/documents.js'
import { openApiDocument } from './http/documents/openapi-document.js'
import { FrontDoor } from './http/front-door/front-door.js'
import { HttpsListener } from './http/front-door/https-listener.js'
import { WebProcess } from './http/web-process/web-process.js'
import { describeStartFailure } from './start-failure.js'

const stopTimeoutMs = 3_500
const readyTimeoutMs = 90_000
const readyCheckIntervalMs = 100

let stopping = false

/** Starts the platform, tells the parent process when it is ready, and stops it on a signal. */
async function main(): Promise<void> {
  raiseInliningBudget()
  if (fs.existsSync('.env')) process.loadEnvFile('.env')
  const config = parseConfig(process.env)
  assertKnownLimits(config.limits)
  const authSecretsOfConfig = authSecrets(config)
  const logger = createRootLogger(config.logLevel, {
    readable: process.stdout.isTTY,
    secrets: [...authSecretsOfConfig, ...givenSecrets(config)],
  })
  warnOfUnusedVariables(config, logger)
  const secrets = new Secrets(...authSecretsOfConfig)
  const frontDoor = new FrontDoor(config, logger)
  await claimDatabase(config.databaseUrl, {
    report: (text) => logger.warn({ context: 'main' }, text),
    onTaken: ({ message }) => exitWith(`Heliograph stops.\n${message}\n`),
  })
  const tracing = await startTracing(config)
  const app = await createApp({ config, logger, secrets, frontDoor, tracing })
  const stop = stopper(app, logger)
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop)
  // The parent process may have ended before the listeners were added.
  if (process.connected === false) stop()

  await start(app, config)
  await waitUntilReady(app.get(HealthChecks))
  const url = config.publicUrl ?? `http://${localName(config.host)}:${config.port}`
  // When there is a parent process, it is told and prints this line itself.
  logger[process.send ? 'debug' : 'info']({ context: 'main', url }, `ready ${url}`)
  process.send?.({ type: 'ready', url })
}

async function start(app: NestFastifyApplication, config: Config): Promise<void> {
  app.get(Documents).setOpenApi(openApiDocument(app, config.publicUrl))
  app.get(WebProcess).start()
  await app.listen(config.port, config.host).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'getaddrinfo') throw error
    throw new ConfigError(
      `HOST: ${config.host} is not a name of this machine; set HOST to one of its addresses`,
    )
  })
  await app.get(HttpsListener).listen()
}

function warnOfUnusedVariables({ redisUrl }: Config, logger: RootLogger): void {
  if (redisUrl !== null) logger.warn({ context: 'main' }, 'REDIS_URL is set but not used by this version')
}

async function waitUntilReady(checks: HealthChecks): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs
  while (true) {
    const { ready, checks: results } = await checks.run()
    if (ready) return
    if (Date.now() > deadline) {
      const failing = Object.entries(results).filter(([, { ok }]) => !ok)
      throw new Error(failing.map(([name, { detail }]) => `the ${name} ${detail}`).join('; '))
    }
    await sleep(readyCheckIntervalMs)
  }
}

/** Stops all parts in order. After the timeout the process exits without waiting for parts that hang. */
function stopper(app: NestFastifyApplication, logger: RootLogger): () => void {
  return () => {
    if (stopping) return
    stopping = true
    // A parent has said so itself.
    logger[process.send ? 'debug' : 'info']({ context: 'main' }, 'stopping')
    setTimeout(() => {
      logger.warn(
        { context: 'main' },
        `not all parts stopped within ${stopTimeoutMs} ms; exiting without waiting for them`,
      )
      process.exit(0)
    }, stopTimeoutMs).unref()
    app.get(HealthChecks).stop()
    app
      .close()
      .catch((error: unknown) => logger.error({ context: 'main', err: error }, 'stopping failed'))
      .finally(() => process.exit(0))
  }
}

/** A HOST by which this machine reaches itself. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

main().catch((error: unknown) => {
  // A stop during the start is not a failure.
  if (stopping) return
  const text = error instanceof ConfigError ? error.message : describeStartFailure(error)
  exitWith(`Heliograph does not start.\n${text}\n`)
})

function exitWith(text: string): void {
  process.stderr.write(text, () => process.exit(1))
}
