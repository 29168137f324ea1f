import path from 'node:path'
import type { BrokerLimits } from '@heliograph/broker'
import { OrganizationSlug, Password } from '@heliograph/protocol'
import { z } from 'zod'
import { MqttLimits } from './mqtt-limits.js'
import { isLoopback, parseNetwork } from './networks.js'
import { parseTracing, type TracingConfig, TracingEnvironment } from './tracing-config.js'

/** The injection token of the one Config. */
export const CONFIG = Symbol('CONFIG')

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port number')
  .transform(Number)
  .refine((port) => port <= 65_535, 'expected a port number of at most 65535')

const Origin = z
  .string()
  .refine(
    (text) => originOf(text) !== null,
    'expected an address such as https://iot.example.com, without a path',
  )
  .transform((text) => originOf(text) ?? '')

const list = (text: string) => text.split(',').flatMap((item) => item.trim() || [])

const Environment = TracingEnvironment.extend({
  PORT: Port.refine((port) => port > 0, 'expected a port above 0').default(3_000),
  HOST: z.string().max(255).default('127.0.0.1'),
  MQTT_PORT: Port.default(1_883),
  MQTTS_PORT: Port.optional(),
  MQTT_LIMITS: MqttLimits.default({}),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TLS_CA: z.string().optional(),
  DATABASE_URL: z
    .string({ error: 'is missing; npm start sets it to the embedded database' })
    .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host/database'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected redis://host:port')
    .optional(),
  DATA_DIR: z.string().default('.data'),
  WEB_URL: Origin.optional(),
  PUBLIC_URL: Origin.optional(),
  ALLOWED_ORIGINS: z.string().default('').transform(list).pipe(z.array(Origin)),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(list)
    .pipe(
      z.array(
        z
          .string()
          .refine((text) => parseNetwork(text) !== null, 'expected addresses or networks: 10.0.0.0/8, ::1'),
      ),
    ),
  AUTH_SECRET: z.string().min(32, 'expected at least 32 characters, random ones').optional(),
  ADMIN_EMAIL: z.email('expected an e-mail address').max(254).optional(),
  ADMIN_PASSWORD: Password.optional(),
  ORG: OrganizationSlug.default('main'),
  TELEMETRY_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a number of days')
    .transform(Number)
    .refine((days) => days > 0, 'expected one day at least')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** The environment, parsed and checked. Nothing else reads process.env. */
export interface Config {
  port: number
  host: string
  /** 0: MQTT over TCP is off. */
  mqttPort: number
  /** null: MQTT over TLS is off. */
  mqtts: { port: number; certFile: string; keyFile: string; caFile: string | null } | null
  /** Limits of the broker that are not its defaults. */
  mqttLimits: Partial<BrokerLimits>
  databaseUrl: string
  redisUrl: string | null
  dataDir: string
  /** Where the pages come from; null: the api starts the web process itself. */
  webUrl: string | null
  /** The origin that people and devices use, without a slash at the end; null: what the socket says. */
  publicUrl: string | null
  allowedOrigins: readonly string[]
  trustedProxies: readonly string[]
  authSecret: string | null
  administrator: { email: string; password: string; organization: string } | null
  telemetryRetentionDays: number | null
  logLevel: string
  /** null: no exporter for traces is configured. */
  tracing: TracingConfig | null
  /** True when other machines cannot reach this host. */
  loopbackOnly: boolean
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the environment; throws a ConfigError that names each bad variable, what is wrong and what is expected. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = Environment.safeParse(given)
  if (!result.success) throw new ConfigError(describeIssues(result.error.issues, given))
  const env = result.data
  if ((env.ADMIN_EMAIL === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither')
  }
  return {
    port: env.PORT,
    host: env.HOST,
    mqttPort: env.MQTT_PORT,
    mqtts: parseMqtts(env),
    mqttLimits: env.MQTT_LIMITS,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL ?? null,
    dataDir: path.resolve(env.DATA_DIR),
    webUrl: env.WEB_URL ?? null,
    publicUrl: env.PUBLIC_URL ?? null,
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    authSecret: env.AUTH_SECRET ?? null,
    administrator:
      env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined
        ? { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD, organization: env.ORG }
        : null,
    telemetryRetentionDays: env.TELEMETRY_RETENTION_DAYS ?? null,
    logLevel: env.LOG_LEVEL,
    tracing: parseTracing(env),
    loopbackOnly: isLoopback(env.HOST),
  }
}

function parseMqtts(env: z.output<typeof Environment>): Config['mqtts'] {
  if (env.MQTTS_PORT === undefined || env.MQTTS_PORT === 0) return null
  if (env.TLS_CERT === undefined || env.TLS_KEY === undefined) {
    throw new ConfigError('MQTTS_PORT: needs TLS_CERT and TLS_KEY, the files of a certificate and its key')
  }
  return { port: env.MQTTS_PORT, certFile: env.TLS_CERT, keyFile: env.TLS_KEY, caFile: env.TLS_CA ?? null }
}

const secretVariables = new Set(['AUTH_SECRET', 'ADMIN_PASSWORD', 'DATABASE_URL', 'REDIS_URL'])

function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  given: Record<string, string | undefined>,
): string {
  return issues
    .map((issue) => {
      const variable = String(issue.path[0])
      const value = given[variable]
      const shown =
        value === undefined || secretVariables.has(variable) ? '' : ` (it is ${JSON.stringify(value)})`
      return `${variable}: ${issue.message}${shown}`
    })
    .join('\n')
}

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  return bare && (url.protocol === 'http:' || url.protocol === 'https:') ? url.origin : null
}
