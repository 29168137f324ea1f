import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SecretKind, secretPrefixes } from '../../apps/api/src/foundation/secrets/secrets.js'
import { packets311 } from '../../packages/broker/conformance/support/bytes-311.js'
import type { TestDevice } from '../integration/mqtt/support.js'
import { connectDevice, connectToken, eventually, requestToken, watch } from '../integration/mqtt/support.js'
import { runScript } from '../support/command.js'
import { createClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { misuseAsPassword, misuseInMqtt, misuseInNames, misuseInPaths, misuseInRequests } from './misuses.js'
import { formsOf, Witness } from './witness.js'

const authSecret = randomBytes(32).toString('base64')
const metricsToken = `${randomBytes(12).toString('hex')}/"metrics"+token`
const organization = 'plant'
const person = {
  name: 'Ada',
  email: 'ada@example.com',
  password: `k"${randomBytes(9).toString('base64url')}\\ß`,
}

/** The secrets that the platform makes with a prefix, each by the call that shows it once. */
const issuedBy: Record<
  Exclude<SecretKind, 'account link'>,
  { path: string; body: object; secret: (answer: Answer) => string }
> = {
  'device credential': { path: '/devices/pump/credentials', body: {}, secret: passwordOf },
  'api key': { path: '/api-keys', body: { name: 'script' }, secret: ({ key }) => String(key) },
  application: { path: '/applications', body: { name: 'flows' }, secret: passwordOf },
  'mqtt token': { path: '/mqtt/tokens', body: {}, secret: passwordOf },
  invitation: {
    path: '/invitations',
    body: { role: 'viewer' },
    secret: ({ url }) => new URL(String(url)).hash.slice(1),
  },
}

/** Secrets that people choose or type, and nothing tells from another text; of these the process knows its own. */
const withoutForm = ['password', 'set-up code', 'AUTH_SECRET', 'METRICS_TOKEN']
const unknownToTheProcess = ['password', 'set-up code']

/**
 * Where a secret has to be seen, and nowhere else. A page is told its own address, for the router in the browser, and a
 * problem says which word of a request is wrong: both go to who sent the text, and are stored nowhere.
 */
const shown = (secret: string, where: string) =>
  where === 'a page' ||
  where === `issue ${secret}` ||
  (where === 'sign in' && secret === 'session token') ||
  (withoutForm.includes(secret) && where.startsWith(`${secret} `))

type Answer = Record<string, unknown>
function passwordOf({ password }: Answer): string {
  return String(password)
}

let platform: Platform
let witness: Witness
let code: string
let pump: TestDevice
let caller: Record<string, string>
const secrets = new Map<string, string>()

beforeAll(async () => {
  platform = await startPlatform({
    env: {
      HOST: '0.0.0.0',
      LOG_LEVEL: 'trace',
      AUTH_SECRET: authSecret,
      METRICS_TOKEN: metricsToken,
      MQTT_LIMITS: 'maxConnectRefusalsPerSecondPerAddress=10000,maxConnectsPerSecondPerOwner=10000',
      LIMITS: 'http.refusalsPerAddress=100000,connect.failuresPerAddress=100000',
    },
  })
  witness = new Witness(platform)
  await useAndMisuse()
})
afterAll(() => platform?.stop())

async function useAndMisuse(): Promise<void> {
  code = /one-time code: ([A-Z0-9]+)/.exec(platform.logs())?.[1] ?? ''
  const around = await setUp()
  for (const [name, value] of secrets) {
    const secret = { name, value }
    await misuseInRequests(secret, around)
    await misuseAsPassword(secret, around)
    if (!unknownToTheProcess.includes(name)) await misuseInMqtt(secret, around)
    // A path, a topic, a user name and a client id are logged or told, so that a mistake can be found.
    if (!unknownToTheProcess.includes(name)) await misuseInPaths(secret, around)
    if (!unknownToTheProcess.includes(name)) await misuseInNames(secret, around)
  }
  await useRightly(around.device)
  await readAll(around.caller)
}

/** Makes a secret of every kind, each by the call that shows it. */
async function setUp() {
  const setup = { ...person, organization: { name: 'Plant', slug: organization } }
  await witness.call({
    where: 'set up',
    method: 'POST',
    path: '/api/v1/setup',
    body: { ...setup, code: 'WRONG' },
  })
  await witness.call({ where: 'set up', method: 'POST', path: '/api/v1/setup', body: { ...setup, code } })
  const { email, password } = person
  const signIn = '/api/auth/sign-in/email'
  await witness.call({
    where: 'sign in wrongly',
    method: 'POST',
    path: signIn,
    body: { email, password: authSecret },
  })
  const { headers } = await witness.call({
    where: 'sign in',
    method: 'POST',
    path: signIn,
    body: { email, password },
  })
  const session = (headers as Headers).get('set-auth-token') ?? ''
  caller = { authorization: `Bearer ${session}` }
  await witness.call({
    where: 'make a device',
    method: 'POST',
    path: '/api/v1/devices',
    headers: caller,
    body: { name: 'Pump', id: 'pump' },
  })
  for (const [kind, { path, body, secret }] of Object.entries(issuedBy)) {
    const answer = await witness.call({
      where: `issue ${kind}`,
      method: 'POST',
      path: `/api/v1${path}`,
      headers: caller,
      body,
    })
    secrets.set(kind, secret(answer))
    if (kind === 'device credential') pump = { id: 'pump', credential: answer as never }
  }
  secrets.set('session token', decodeURIComponent(session))
  secrets.set('account link', await linkByCommand())
  secrets.set('password', person.password)
  secrets.set('set-up code', code)
  secrets.set('AUTH_SECRET', authSecret)
  secrets.set('METRICS_TOKEN', metricsToken)
  return { witness, organization, device: pump, caller }
}

/** A link for a new password is shown by the command that makes it, and in no answer. */
async function linkByCommand(): Promise<string> {
  const { databaseUrl, dataDir, port } = platform
  const env = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, PORT: String(port), AUTH_SECRET: authSecret }
  const { output } = await runScript('reset-password.mjs', [person.email], env).ended
  return /#(hg_lnk_\S+)/.exec(output)?.[1] ?? output
}

async function useRightly(device: TestDevice): Promise<void> {
  const { username, password, topics } = device.credential
  const client = await connectDevice(platform, device)
  await client.publishAsync(topics.telemetry, '{"temperature":21.5}', { qos: 1 })
  await client.endAsync()
  const basic = { authorization: `Basic ${btoa(`${username}:${password}`)}` }
  const ingest = '/api/v1/devices/pump/telemetry'
  await witness.call({
    where: 'send telemetry',
    method: 'POST',
    path: ingest,
    headers: basic,
    body: { t: 1 },
  })
  for (const name of ['api key', 'session token'])
    for (const path of ['/api/v1/devices', '/api/v1/me', '/api/auth/get-session', '/api/auth/list-sessions'])
      await witness.call({
        where: `use ${name}`,
        path,
        headers: { authorization: `Bearer ${secrets.get(name)}` },
      })
  const cookie = `heliograph.session_token=${encodeURIComponent(secrets.get('session token') ?? '')}`
  for (const path of ['/api/v1/me', '/api/auth/get-session', '/', `/o/${organization}`])
    await witness.call({ where: 'use the cookie', path, headers: { cookie } })
  await witness.call({
    where: 'metrics',
    path: '/metrics',
    headers: { authorization: `Bearer ${metricsToken}` },
  })
  for (const username of [organization, 'nobody'])
    await witness.speak(
      `MQTT by API key as ${username}`,
      packets311.connect({ username, password: secrets.get('api key') ?? '' }),
    )
}

/** Reads what people are told of all that was refused: the overview, the device, its notices, and the lists. */
async function readAll(headers: Record<string, string>): Promise<void> {
  const lists = [
    'devices',
    'api-keys',
    'applications',
    'invitations',
    'members',
    'overview',
    'platform',
    'me',
    'me/sessions',
    'audit?limit=100',
    'audit/export?format=csv',
    'audit/export?format=ndjson',
  ]
  const ofPump = ['credentials', 'refusals', 'telemetry/latest', 'telemetry'].map(
    (name) => `devices/pump/${name}`,
  )
  for (const name of [...lists, ...ofPump])
    await witness.call({ where: `read ${name}`, path: `/api/v1/${name}`, headers })
  const authorization = `Bearer ${metricsToken}`
  await witness.call({ where: 'read the metrics', path: '/metrics', headers: { authorization } })
}

/** Which secrets are in the text, and where. */
function leaks(where: string, text: string, searched: Iterable<[string, string]> = secrets): string[] {
  return [...searched].flatMap(([name, value]) =>
    formsOf(value).some((form) => text.includes(form)) && !shown(name, where) ? [`${name} in: ${where}`] : [],
  )
}

it('every kind of secret is used and misused', () => {
  expect([...Object.keys(issuedBy), 'account link'].sort()).toEqual(Object.keys(secretPrefixes).sort())
  for (const kind of Object.keys(secretPrefixes) as SecretKind[])
    expect(secrets.get(kind)).toMatch(new RegExp(`^${secretPrefixes[kind]}[\\w-]{43}$`))
  for (const value of secrets.values()) expect(value.length).toBeGreaterThanOrEqual(10)
})

it('the answer that shows a secret shows it, so that a secret in any answer would be found', () => {
  for (const kind of [...Object.keys(issuedBy), 'session token']) {
    const where = kind === 'session token' ? 'sign in' : `issue ${kind}`
    const texts = witness.seen.filter((seen) => seen.where === where).map(({ text }) => text)
    expect(texts.flatMap((text) => leaks('elsewhere', text))).toContain(`${kind} in: elsewhere`)
  }
})

it('the log of the most talkative level holds none', () => {
  // The one-time code is told in the log of the start, and nowhere else.
  const lines = platform
    .logs()
    .split('\n')
    .filter((line) => !line.includes('this one-time code'))
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.flatMap((line) => leaks(line, line))).toEqual([])
})

it('no other answer holds one, in its head or its body, over HTTP or MQTT', () => {
  expect(witness.seen.length).toBeGreaterThan(500)
  expect([...new Set(witness.seen.flatMap(({ where, text }) => leaks(where, text)))]).toEqual([])
})

describe('a notice of a refusal', () => {
  it('names the topic without the secret in it', async () => {
    const secret = secrets.get('device credential') ?? ''
    const reader = await connectToken(await requestToken(createClient(platform.url, caller)))
    const seen = await watch(reader, `${organization}/devices/pump/notices`)
    const { username, password, topics } = pump.credential
    await witness.speak(
      'a notice',
      packets311.connect({ clientId: 'pump', username, password }),
      packets311.publish(`${organization}/devices/pump/${secret}`, '{}', { qos: 1 }),
      packets311.publish(topics.telemetry, `{"${secret}":`, { qos: 1, id: 2 }),
    )
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2))
    expect(seen.map(({ text }) => text).join('\n')).toContain('hg_dev_…')
    for (const { text } of seen) expect(text).not.toContain(secret)
    await reader.endAsync()
  })
})
