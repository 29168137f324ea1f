import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, parseConfig } from './config.js'
import { ownPaths } from './public-url.js'

const DATABASE_URL = 'postgresql://user:hidden@db/heliograph'
const parse = (environment: Record<string, string>) => parseConfig({ DATABASE_URL, ...environment })

describe('parseConfig', () => {
  it('requires only the database', () => {
    expect(parse({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      mqttPort: 1883,
      mqttsPort: 0,
      httpsPort: 0,
      tls: null,
      mqttLimits: {},
      limits: new Map(),
      databaseUrl: DATABASE_URL,
      redisUrl: null,
      dataDir: path.resolve('.data'),
      webUrl: null,
      publicUrl: null,
      basePath: '',
      allowedOrigins: [],
      trustedProxies: [],
      mqttProxyProtocol: false,
      openIdConnect: null,
      authSecret: null,
      previousAuthSecrets: [],
      administrator: null,
      allowNewOrganizations: false,
      mail: null,
      telemetryRetentionDays: null,
      logLevel: 'info',
      metricsToken: null,
      tracing: null,
      loopbackOnly: true,
    })
  })

  it('sends mail when the server, the sender and the address for links are there', () => {
    const mail = { MAIL_FROM: 'Heliograph <iot@example.com>', PUBLIC_URL: 'https://iot.example.com' }
    expect(parse({ ...mail, SMTP_URL: 'smtp://ada:p%40ss@mail.example.com' }).mail).toEqual({
      server: {
        host: 'mail.example.com',
        port: 587,
        tls: 'required',
        credentials: { user: 'ada', password: 'p@ss' },
      },
      from: 'Heliograph <iot@example.com>',
    })
    const server = (url: string) => parse({ ...mail, SMTP_URL: url }).mail?.server
    expect(server('smtps://mail.example.com')).toMatchObject({ port: 465, tls: 'from-the-start' })
    expect(server('smtp://mail.example.com:25')).toMatchObject({ port: 25, tls: 'when-offered' })
    expect(server('smtp://ada:hidden@localhost')).toMatchObject({ tls: 'when-offered' })
    const from = (text: string) => () => parse({ ...mail, SMTP_URL: 'smtp://a', MAIL_FROM: text })
    expect(from('iot@example.com')).not.toThrow()
    expect(from('Heliograph')).toThrow(/MAIL_FROM: expected an e-mail address/)
    expect(from('a <iot@example.com>\r\nBcc: eve@example.com')).toThrow(/MAIL_FROM/)
  })

  it('refuses half a configuration of mail, and shows no password of it', () => {
    const SMTP_URL = 'smtp://ada:hidden@mail.example.com'
    expect(() => parse({ SMTP_URL })).toThrow('SMTP_URL and MAIL_FROM: set both or neither')
    expect(() => parse({ SMTP_URL, MAIL_FROM: 'iot@example.com' })).toThrow(/SMTP_URL: needs PUBLIC_URL/)
    for (const wrong of ['mail.example.com', 'http://ada:hidden@a', 'smtp://ada:hidden%@a', 'smtp://a/b?c'])
      expect(() => parse({ SMTP_URL: wrong })).toThrow(/^SMTP_URL: expected smtp:\/\/[^(]*$/)
  })

  it('turns traces on when an exporter is set, unless a variable turns them off', () => {
    const exporter = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    expect(parse(exporter).tracing).toEqual({ defaultSampler: true })
    expect(parse({ ...exporter, OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toEqual({
      defaultSampler: false,
    })
    expect(parse({ ...exporter, OTEL_SDK_DISABLED: 'true' }).tracing).toBeNull()
    expect(parse({ ...exporter, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeNull()
    expect(() => parse({ ...exporter, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
      /OTEL_EXPORTER_OTLP_PROTOCOL: only http\/protobuf/,
    )
  })

  it('reads an OpenID provider whole, with the address to come back to, and only one that TLS proves', () => {
    const provider = {
      OIDC_ISSUER: 'https://login.example.com/',
      OIDC_CLIENT_ID: 'heliograph',
      OIDC_CLIENT_SECRET: 'hidden',
      OIDC_ROLE_MAP: 'staff=main:viewer',
      PUBLIC_URL: 'https://iot.example.com',
    }
    expect(parse(provider).openIdConnect).toEqual({
      issuer: 'https://login.example.com',
      clientId: 'heliograph',
      clientSecret: 'hidden',
      name: 'OpenID Connect',
      scopes: ['openid', 'profile', 'email'],
      roles: [{ group: 'staff', organization: 'main', role: 'viewer' }],
    })
    expect(() => parse({ ...provider, OIDC_CLIENT_SECRET: '' })).toThrow('set all or none')
    expect(() => parse({ ...provider, PUBLIC_URL: '' })).toThrow('OIDC_ISSUER: needs PUBLIC_URL')
    expect(() => parse({ ...provider, OIDC_ISSUER: 'http://login.example.com' })).toThrow('OIDC_ISSUER')
    expect(parse({ ...provider, OIDC_ISSUER: 'http://localhost:8080' }).openIdConnect).not.toBeNull()
  })

  it('reads a path of PUBLIC_URL, but none that a page or a call of the platform begins with', () => {
    expect(parse({ PUBLIC_URL: 'https://example.com/tools/iot/' })).toMatchObject({
      publicUrl: 'https://example.com/tools/iot',
      basePath: '/tools/iot',
    })
    const pages = new URL('../../../../web/src/app/', import.meta.url)
    const folders = fs.readdirSync(pages, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).filter((name) => !ownPaths.has(name))).toEqual([])
  })

  it('treats an empty variable as absent', () => {
    expect(parse({ PORT: '', REDIS_URL: '', ADMIN_EMAIL: '' })).toEqual(parse({}))
  })

  it('reads lists, origins and the administrator', () => {
    const config = parse({
      HOST: '0.0.0.0',
      MQTT_PORT: '0',
      MQTT_LIMITS: 'maxPacketBytes=65536, maxGroupPublishesPerSecond = Infinity',
      LIMITS: 'http.connections=2000, ingest.deviceShare=0.5',
      PUBLIC_URL: 'https://iot.example.com/',
      ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      MQTT_PROXY_PROTOCOL: 'on',
      ADMIN_EMAIL: 'ada@example.com',
      ADMIN_PASSWORD: 'long enough',
    })
    expect(config).toMatchObject({
      loopbackOnly: false,
      mqttPort: 0,
      mqttLimits: { maxPacketBytes: 65_536, maxGroupPublishesPerSecond: Number.POSITIVE_INFINITY },
      limits: new Map([
        ['http.connections', 2_000],
        ['ingest.deviceShare', 0.5],
      ]),
      publicUrl: 'https://iot.example.com',
      allowedOrigins: ['https://a.example', 'http://b.example:8080'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      mqttProxyProtocol: true,
      administrator: { email: 'ada@example.com', password: 'long enough', organization: 'main' },
    })
  })

  it.each([
    ['PORT', '70000', 'port'],
    ['PORT', 'http', 'port'],
    ['MQTT_PORT', '-1', 'port'],
    ['MQTT_LIMITS', 'maxPackets=1', 'maxPacketBytes'],
    ['MQTT_LIMITS', 'constructor=1', 'constructor is not a limit'],
    ['MQTT_LIMITS', 'maxPacketBytes=0', 'above 0'],
    ['MQTT_LIMITS', 'maxPacketBytes', 'maxPacketBytes: expected'],
    ['ALLOW_NEW_ORGANIZATIONS', 'yes', 'expected true or false'],
    ['LIMITS', 'connections=1', 'looks like http.connections'],
    ['LIMITS', 'http.connections=-1', 'above 0'],
    ['PUBLIC_URL', 'iot.example.com', 'https://'],
    ['PUBLIC_URL', 'https://iot.example.com/a%2Fb', 'in its path'],
    ['PUBLIC_URL', 'https://iot.example.com//a', 'in its path'],
    ['PUBLIC_URL', 'https://iot.example.com/a?b', 'in its path'],
    ['PUBLIC_URL', 'https://iot.example.com/api', 'begin like one of the platform itself'],
    ['PUBLIC_URL', 'https://iot.example.com/o/iot/', 'begin like one of the platform itself'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', '10.0.0.0/8'],
    ['MQTT_PROXY_PROTOCOL', 'v2', 'expected on or off'],
    ['MQTT_PROXY_PROTOCOL', 'on', 'needs TRUSTED_PROXIES'],
    ['AUTH_SECRET', 'short', '32'],
    ['AUTH_SECRET_PREVIOUS', 'short', '32'],
    ['LOG_LEVEL', 'loud', 'info'],
    ['ORG', 'Not A Slug', 'a-z'],
    ['ADMIN_EMAIL', 'no-address', 'e-mail'],
    ['TELEMETRY_RETENTION_DAYS', '0', 'one day'],
    ['MQTTS_PORT', '8883', 'TLS_CERT'],
    ['HTTPS_PORT', '3443', 'TLS_CERT'],
    ['ADMIN_PASSWORD', 'long enough', 'both'],
  ])('says what is expected in place of %s=%s', (variable, value, expected) => {
    expect(() => parse({ [variable]: value })).toThrow(ConfigError)
    expect(() => parse({ [variable]: value })).toThrow(variable)
    expect(() => parse({ [variable]: value })).toThrow(expected)
  })

  it('does not repeat a secret in its message', () => {
    expect(() => parse({ AUTH_SECRET: 'too-short-secret' })).not.toThrow('too-short-secret')
  })

  it('says that the database is missing', () => {
    expect(() => parseConfig({})).toThrow('DATABASE_URL')
  })
})
