import path from 'node:path'
import type { BrokerLimits } from '@heliograph/broker'
import type { z } from 'zod'
import type { GivenLimits } from '../limits/stated-limits.js'
import { Environment } from './environment.js'
import type { MailConfig } from './mail-config.js'
import { isLoopback } from './networks.js'
import type { OpenIdConnectConfig } from './openid-connect.js'
import { basePathOf } from './public-url.js'
import { parseTracing, type TracingConfig } from './tracing-config.js'

/** The injection token of the one Config. */
export const CONFIG = Symbol('CONFIG')

/** The environment, parsed and checked. Nothing else reads process.env. */
export interface Config {
  port: number
  host: string
  /** 0: MQTT over TCP is off. */
  mqttPort: number
  /** 0: MQTT over TLS is off. */
  mqttsPort: number
  /** 0: HTTPS is off. */
  httpsPort: number
  /** The files of the certificate of these listeners; null when both are off. */
  tls: { certFile: string; keyFile: string; caFile: string | null } | null
  /** Limits of the broker that are not its defaults. */
  mqttLimits: Partial<BrokerLimits>
  /** Limits of the other parts that are not their defaults. */
  limits: GivenLimits
  databaseUrl: string
  redisUrl: string | null
  dataDir: string
  /** The address of a web process that runs elsewhere; null: the api starts its own. */
  webUrl: string | null
  /** The address that people and devices use, without a slash at the end; null: the origin in the request. */
  publicUrl: string | null
  /** The path of that address, without a slash at the end: `/iot`, or nothing. */
  basePath: string
  allowedOrigins: readonly string[]
  trustedProxies: readonly string[]
  /** Whether MQTT over TCP and TLS comes from trusted proxies alone, which send a PROXY header. */
  mqttProxyProtocol: boolean
  /** null: people sign in with accounts of this platform alone. */
  openIdConnect: OpenIdConnectConfig | null
  authSecret: string | null
  /** Earlier ones that still count, the newest first. */
  previousAuthSecrets: readonly string[]
  administrator: { email: string; password: string; organization: string } | null
  /** Whether everybody who is signed in may create organizations. */
  allowNewOrganizations: boolean
  /** null: no mail is sent. */
  mail: MailConfig | null
  telemetryRetentionDays: number | null
  logLevel: string
  /** What readers of `/metrics` must send; null: everybody may read them. */
  metricsToken: string | null
  /** null: no exporter for traces is configured. */
  tracing: TracingConfig | null
  /** True when other machines cannot reach HOST. */
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
  if (env.MQTT_PROXY_PROTOCOL === 'on' && env.TRUSTED_PROXIES.length === 0) {
    throw new ConfigError('MQTT_PROXY_PROTOCOL: needs TRUSTED_PROXIES, the addresses of the proxies')
  }
  return {
    port: env.PORT,
    host: env.HOST,
    mqttPort: env.MQTT_PORT,
    mqttsPort: env.MQTTS_PORT,
    httpsPort: env.HTTPS_PORT,
    tls: parseTls(env),
    mqttLimits: env.MQTT_LIMITS,
    limits: env.LIMITS,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL ?? null,
    dataDir: path.resolve(env.DATA_DIR),
    webUrl: env.WEB_URL ?? null,
    publicUrl: env.PUBLIC_URL ?? null,
    basePath: basePathOf(env.PUBLIC_URL ?? null),
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    mqttProxyProtocol: env.MQTT_PROXY_PROTOCOL === 'on',
    openIdConnect: parseOpenIdConnect(env),
    authSecret: env.AUTH_SECRET ?? null,
    previousAuthSecrets: env.AUTH_SECRET_PREVIOUS,
    administrator:
      env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined
        ? { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD, organization: env.ORG }
        : null,
    allowNewOrganizations: env.ALLOW_NEW_ORGANIZATIONS,
    mail: parseMail(env),
    telemetryRetentionDays: env.TELEMETRY_RETENTION_DAYS ?? null,
    logLevel: env.LOG_LEVEL,
    metricsToken: env.METRICS_TOKEN ?? null,
    tracing: parseTracing(env),
    loopbackOnly: isLoopback(env.HOST),
  }
}

function parseTls({ MQTTS_PORT, HTTPS_PORT, ...env }: z.output<typeof Environment>): Config['tls'] {
  if (MQTTS_PORT === 0 && HTTPS_PORT === 0) return null
  const { TLS_CERT: certFile, TLS_KEY: keyFile, TLS_CA: caFile = null } = env
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, caFile }
  const variable = MQTTS_PORT === 0 ? 'HTTPS_PORT' : 'MQTTS_PORT'
  throw new ConfigError(`${variable}: needs TLS_CERT and TLS_KEY, the files of a certificate and its key`)
}

/** Secrets that a person chose, which may have any form. A short one may be a word that means something else. */
export function givenSecrets({ metricsToken, administrator, openIdConnect, mail }: Config): string[] {
  const passwords = [administrator?.password, mail?.server.credentials?.password]
  return [metricsToken, openIdConnect?.clientSecret, ...passwords]
    .filter((secret) => typeof secret === 'string')
    .filter((secret) => secret.length >= shortestHidden)
}

const shortestHidden = 8

function parseOpenIdConnect(env: z.output<typeof Environment>): Config['openIdConnect'] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return null
  if (issuer === undefined || clientId === undefined || clientSecret === undefined)
    throw new ConfigError('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: set all or none')
  if (env.PUBLIC_URL === undefined)
    throw new ConfigError(
      'OIDC_ISSUER: needs PUBLIC_URL, the address to which the provider sends people back',
    )
  return {
    issuer: issuer.replace(/\/$/, ''),
    clientId,
    clientSecret,
    name: env.OIDC_NAME,
    scopes: env.OIDC_SCOPES.split(/\s+/).filter((scope) => scope !== ''),
    roles: env.OIDC_ROLE_MAP,
  }
}

function parseMail({
  SMTP_URL: server,
  MAIL_FROM: from,
  PUBLIC_URL,
}: z.output<typeof Environment>): Config['mail'] {
  if (server === undefined && from === undefined) return null
  if (server === undefined || from === undefined)
    throw new ConfigError('SMTP_URL and MAIL_FROM: set both or neither')
  // Taken from a request, it would be up to whoever asks where the links of other people lead.
  if (PUBLIC_URL === undefined)
    throw new ConfigError('SMTP_URL: needs PUBLIC_URL, the address that the links in mails begin with')
  return { server, from }
}

const secretVariables = new Set([
  'AUTH_SECRET',
  'AUTH_SECRET_PREVIOUS',
  'OIDC_CLIENT_SECRET',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
])

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
