import { OrganizationSlug } from '@heliograph/protocol'
import { z } from 'zod'
import { MqttLimits, PlatformLimits } from './limit-lists.js'
import { MailFrom, SmtpUrl } from './mail-config.js'
import { parseNetwork } from './networks.js'
import { OpenIdIssuer, OpenIdRoleMap } from './openid-connect.js'
import { PublicUrl } from './public-url.js'
import { TracingEnvironment } from './tracing-config.js'
import { described } from './variable-text.js'

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

const Network = z
  .string()
  .refine((text) => parseNetwork(text) !== null, 'expected addresses or networks: 10.0.0.0/8, ::1')

const LongSecret = z.string().min(32, 'expected at least 32 characters, random ones')

const Days = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a number of days')
  .transform(Number)
  .refine((days) => days > 0, 'expected one day at least')

const Flag = z
  .enum(['true', 'false'], { error: 'expected true or false' })
  .transform((text) => text === 'true')

const list = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item))

/**
 * Every variable of the environment that the platform reads: how it is checked, its default, and what it means.
 * `npm run generate` writes docs/configuration.md, .env.example and the list in docker-compose.yml from it.
 */
export const Environment = TracingEnvironment.extend({
  PORT: described(Port.refine((port) => port > 0, 'expected a port above 0').default(3_000), {
    group: 'addresses',
    text: 'The port of the pages, of REST and of MQTT over WebSocket (at `/mqtt`).',
    docker: 'set',
  }),
  HOST: described(z.string().max(255).default('127.0.0.1'), {
    group: 'addresses',
    text: 'The address to listen on. `127.0.0.1` is this machine alone; `0.0.0.0` lets the whole network in, and the set-up page then asks for a one-time code from the log.',
    docker: 'set',
  }),
  MQTT_PORT: described(Port.default(1_883), {
    group: 'addresses',
    text: 'The port of MQTT over TCP. `0` turns it off.',
    docker: 'set',
  }),
  MQTTS_PORT: described(Port.default(0), {
    group: 'addresses',
    text: 'The port of MQTT over TLS. It needs `TLS_CERT` and `TLS_KEY`. `0` turns it off.',
    example: '8883',
  }),
  HTTPS_PORT: described(Port.default(0), {
    group: 'addresses',
    text: 'The port of the pages, of REST and of MQTT over WebSocket by TLS, beside `PORT`. It needs `TLS_CERT` and `TLS_KEY`, and a `PUBLIC_URL` with `https`. `0` turns it off.',
    example: '3443',
  }),
  TLS_CERT: described(z.string().optional(), {
    group: 'addresses',
    text: 'The file of the certificate for `MQTTS_PORT` and `HTTPS_PORT`, in PEM, with the certificates between it and its authority. When the files change, new connections get the new certificate.',
  }),
  TLS_KEY: described(z.string().optional(), {
    group: 'addresses',
    text: 'The file of its private key, in PEM.',
  }),
  TLS_CA: described(z.string().optional(), {
    group: 'addresses',
    text: 'The file of a certificate authority. When it is set, MQTT clients over TLS must show a certificate of that authority.',
  }),
  PUBLIC_URL: described(PublicUrl.optional(), {
    group: 'addresses',
    text: 'The address that people and devices use when a proxy stands in front. It may have a path, such as `https://example.com/iot` ([Below a path](operation.md#below-a-path)).',
    example: 'https://iot.example.com',
    docker: 'set',
  }),
  ALLOWED_ORIGINS: described(list(Origin), {
    group: 'addresses',
    text: 'Further origins whose pages may sign in and call the API, separated by commas.',
    example: 'https://dashboard.example.com',
    docker: 'passed',
  }),
  TRUSTED_PROXIES: described(list(Network), {
    group: 'addresses',
    text: 'Addresses or networks of the proxies whose forwarding headers (`X-Forwarded-For` and the like, `traceparent`, the PROXY protocol) are believed, separated by commas.',
    example: '10.0.0.0/8',
    docker: 'set',
  }),
  MQTT_PROXY_PROTOCOL: described(z.enum(['off', 'on'], { error: 'expected on or off' }).default('off'), {
    group: 'addresses',
    text: '`on`: every connection to `MQTT_PORT` and `MQTTS_PORT` begins with a header of the PROXY protocol, version 1 or 2, with the address of its client. Only `TRUSTED_PROXIES` may connect then.',
  }),
  WEB_URL: described(Origin.optional(), {
    group: 'addresses',
    text: 'The address of a web server for the pages that runs elsewhere. Without it the platform starts its own.',
    example: 'http://127.0.0.1:3001',
    docker: 'set',
  }),
  MQTT_LIMITS: described(MqttLimits.default({}), {
    group: 'addresses',
    text: 'Limits of the broker that differ from its defaults, separated by commas; `Infinity` turns one off. docs/limits.md lists them.',
    example: 'maxPacketBytes=65536,maxInflight=20',
    docker: 'passed',
  }),
  LIMITS: described(
    PlatformLimits.default(() => new Map()),
    {
      group: 'addresses',
      text: 'Limits of the other parts of the platform that differ from their defaults, in the same form. docs/limits.md lists them.',
      example: 'http.connections=2000,ingest.samples=200000',
      docker: 'passed',
    },
  ),
  DATABASE_URL: described(
    z
      .string({ error: 'is missing; npm start sets it to the embedded database' })
      .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host/database'),
    {
      group: 'data',
      text: 'A PostgreSQL server (15 or later) to use instead of the embedded one.',
      example: 'postgresql://user:password@host:5432/heliograph',
      otherwise: 'the embedded one',
      docker: 'set',
    },
  ),
  DATA_DIR: described(z.string().default('.data'), {
    group: 'data',
    text: 'The directory of the embedded database and of the secrets.',
    docker: 'set',
  }),
  TELEMETRY_RETENTION_DAYS: described(Days.optional(), {
    group: 'data',
    text: 'How many days telemetry is kept, unless an organization has a retention of its own.',
    example: '365',
    otherwise: 'for ever',
    docker: 'passed',
  }),
  REDIS_URL: described(
    z
      .string()
      .regex(/^rediss?:\/\//, 'expected redis://host:port')
      .optional(),
    {
      group: 'data',
      text: 'Reserved. This version does not use it, and logs a warning when it is set.',
      example: 'redis://127.0.0.1:6379',
    },
  ),
  ADMIN_EMAIL: described(z.email('expected an e-mail address').max(254).optional(), {
    group: 'administrator',
    text: 'The e-mail address of the first administrator. Set it together with `ADMIN_PASSWORD`.',
    example: 'ada@example.com',
    docker: 'passed',
  }),
  ADMIN_PASSWORD: described(z.string().min(8, 'must be at least 8 characters long').max(128).optional(), {
    group: 'administrator',
    text: 'The password of the first administrator: 8 to 128 characters.',
    docker: 'passed',
  }),
  ORG: described(OrganizationSlug.default('main'), {
    group: 'administrator',
    text: 'The slug of the first organization, which `ADMIN_EMAIL` administers.',
    docker: 'passed',
  }),
  ALLOW_NEW_ORGANIZATIONS: described(Flag.default(false), {
    group: 'administrator',
    text: 'Whether everybody who is signed in may create organizations: `true` or `false`. Limits are shared out by organization, so otherwise only a platform administrator may: the first account, and that of `ADMIN_EMAIL`.',
    docker: 'passed',
  }),
  OIDC_ISSUER: described(OpenIdIssuer, {
    group: 'sign-in',
    text: 'The issuer of an OpenID provider by which people may sign in ([Sign-in](sign-in.md#openid-connect)). It needs `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET` and `PUBLIC_URL`.',
    example: 'https://login.example.com/realms/iot',
    docker: 'passed',
  }),
  OIDC_CLIENT_ID: described(z.string().max(255).optional(), {
    group: 'sign-in',
    text: 'The id that the provider gave this platform. Its redirect address is `PUBLIC_URL` and `/api/auth/callback/oidc`.',
    docker: 'passed',
  }),
  OIDC_CLIENT_SECRET: described(z.string().max(1_024).optional(), {
    group: 'sign-in',
    text: 'The secret to that id.',
    docker: 'passed',
  }),
  OIDC_NAME: described(z.string().max(40).default('OpenID Connect'), {
    group: 'sign-in',
    text: 'What people call the provider: the button reads _Sign in with_ and this.',
    example: 'Example',
    docker: 'passed',
  }),
  OIDC_SCOPES: described(z.string().max(512).default('openid profile email'), {
    group: 'sign-in',
    text: 'The scopes that are asked for, with spaces between. Some providers tell groups only with a further one, such as `groups`.',
    docker: 'passed',
  }),
  OIDC_ROLE_MAP: described(OpenIdRoleMap, {
    group: 'sign-in',
    text: 'The roles of groups of the provider, `GROUP=ORGANIZATION:ROLE` with commas between. Whoever is in such a group gets an account and a membership at sign-in, and loses it at the first sign-in without the group.',
    example: 'iot-admins=main:admin,iot-staff=main:operator',
    otherwise: 'only who connected an account may sign in by the provider',
    docker: 'passed',
  }),
  SMTP_URL: described(SmtpUrl.optional(), {
    group: 'mail',
    text: 'The mail server that takes mails to people: invitations, and links for a new password or a new e-mail address. `smtps` is TLS from the start. With `smtp`, a user and a password are sent after STARTTLS only. It needs `MAIL_FROM` and `PUBLIC_URL`, which the links begin with.',
    example: 'smtp://user:password@mail.example.com:587',
    otherwise: 'no mail is sent, and `npm run reset-password` makes links for a new password',
    docker: 'passed',
  }),
  MAIL_FROM: described(MailFrom.optional(), {
    group: 'mail',
    text: 'The sender of mails: an address, or a name with one.',
    example: 'Heliograph <iot@example.com>',
    docker: 'passed',
  }),
  AUTH_SECRET: described(LongSecret.optional(), {
    group: 'secrets',
    text: 'The key that secrets are hashed with and cookies are signed with: at least 32 random characters.',
    otherwise: 'made once and kept in `DATA_DIR`',
    docker: 'passed',
  }),
  AUTH_SECRET_PREVIOUS: described(list(LongSecret), {
    group: 'secrets',
    text: 'Earlier values of `AUTH_SECRET`, with commas between: what they hashed and signed stays valid while they are here ([Changing AUTH_SECRET](security.md#changing-auth_secret)).',
    docker: 'passed',
  }),
  METRICS_TOKEN: described(
    z
      .string()
      .regex(/^[\x21-\x7e]{16,256}$/, 'expected 16 to 256 printable characters')
      .optional(),
    {
      group: 'observation',
      text: 'What readers of `/metrics` send as a bearer token: 16 to 256 printable characters.',
      otherwise: 'everybody who reaches `PORT` may read them',
      docker: 'passed',
    },
  ),
  LOG_LEVEL: described(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    {
      group: 'observation',
      text: 'How much is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
      docker: 'passed',
    },
  ),
})

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  return bare && (url.protocol === 'http:' || url.protocol === 'https:') ? url.origin : null
}
