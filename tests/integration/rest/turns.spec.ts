import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listLimits } from '../../../apps/api/src/registry/lists/list-limits.js'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { parseExposition, seriesSum } from '../../support/exposition.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { seedDevices } from '../../support/seed-devices.js'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../mqtt/support.js'
import { apiKey, ask } from './callers.js'

const searches = 300
const devices = 50_000
/** Two letters that no device has: no index helps, and all devices of the organization are looked at. */
const costly = '/api/v1/devices?search=zq'

let platform: Platform
let admin: Administrator
let viewer: { key: string }
let other: HttpClient
let device: TestDevice

/** The platform on which all of a flood may wait, so that its order can be seen. */
const patient =
  'http.requestsPerAddress=1000,rest.waitingPerCaller=1000,rest.waitingPerOrganization=1000,rest.waitMs=600000,' +
  'restWork.perCaller=Infinity,restWork.perOrganization=Infinity'

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: patient } })
  admin = await createAdministrator(platform)
  viewer = await apiKey(platform, admin, 'viewer')
  await seedDevices(platform.pool, admin.organization, devices)
  other = await createOrganization(admin)
  device = await registerDevice(other)
})
afterAll(() => platform?.stop())

/** Sends all searches at once, each on a socket of its own, from another address than everybody else. */
async function flood(onAnswer: (status: number) => void): Promise<void> {
  const agent = new http.Agent({ maxSockets: searches })
  const headers = { authorization: `Bearer ${viewer.key}` }
  const search = () =>
    new Promise<void>((resolve, reject) => {
      const request = http.get(
        `${platform.url}${costly}`,
        { agent, headers, localAddress: '127.0.0.2' },
        (response) => {
          response.resume().once('end', () => {
            onAnswer(response.statusCode ?? 0)
            resolve()
          })
        },
      )
      request.once('error', reject)
    })
  await Promise.all(Array.from({ length: searches }, search))
}

/** Looks again and again while something runs, and returns the greatest that was seen. */
async function greatestWhile(running: Promise<unknown>, look: () => Promise<number>): Promise<number> {
  let ended = false
  const end = () => {
    ended = true
  }
  running.then(end, end)
  let greatest = 0
  while (!ended) greatest = Math.max(greatest, await look())
  return greatest
}

async function activeLists(): Promise<number> {
  const { rows } = await platform.pool.query(
    `SELECT count(*)::int AS active FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'heliograph lists' AND state = 'active'`,
  )
  return rows[0].active
}

const metrics = async () => (await fetch(`${platform.url}/metrics`)).text()

describe('300 costly searches at once by a viewer', () => {
  it('run two at a time, and leave their turn to others', async () => {
    const statuses: number[] = []
    const all = flood((status) => statuses.push(status))
    const greatest = greatestWhile(all, activeLists)
    const waitingForAuthentication = greatestWhile(all, async () =>
      seriesSum(await metrics(), 'heliograph_database_waiting_queries', { pool: 'authentication' }),
    )
    await eventually(() => expect(statuses.length).toBeGreaterThan(10))
    await eventually(async () =>
      expect(seriesSum(await metrics(), 'heliograph_limiter_waiting', { limiter: 'rest' })).toBeGreaterThan(
        100,
      ),
    )

    // Everybody else comes later, and is answered before the flood is.
    const list = await ask(other, 'GET', '/api/v1/devices?search=zq')
    expect(list.status).toBe(200)
    expect(statuses.length).toBeLessThan(searches - 100)
    expect((await ask(other, 'POST', '/api/v1/devices', { name: 'Another' })).status).toBe(201)
    const client = await connectDevice(platform, device)
    const { telemetry } = device.credential.topics
    for (let n = 0; n < 20; n++) await client.publishAsync(telemetry, `{"n":${n}}`, { qos: 1 })
    await client.endAsync()
    const { email, password } = admin
    expect((await ask(other, 'POST', '/api/auth/sign-in/email', { email, password })).status).toBe(200)
    expect(statuses.length).toBeLessThan(searches)

    await all
    expect(new Set(statuses)).toEqual(new Set([200]))
    // One more was that of the other organization.
    expect(await greatest).toBeLessThanOrEqual(listLimits.values().perCaller + 1)
    expect(await greatest).toBeGreaterThan(0)
    expect(await waitingForAuthentication).toBe(0)
    const stored = await platform.pool.query('SELECT count(*)::int AS count FROM telemetry.sample')
    expect(stored.rows).toEqual([{ count: 20 }])
  })

  it('are refused past what may wait, and the viewer, the log and metrics say so', async () => {
    await platform.restart({ LIMITS: 'http.requestsPerAddress=1000' })
    const statuses: number[] = []
    await flood((status) => statuses.push(status))
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    const refused = statuses.filter((status) => status === 503).length
    const text = await metrics()
    expect(seriesSum(text, 'heliograph_limiter_refused_total', { limiter: 'rest' })).toBe(refused)
    expect(parseExposition(text).get('heliograph_limiter_running')).toBeDefined()
    expect(seriesSum(text, 'heliograph_limiter_running', { limiter: 'rest' })).toBe(0)
    const lines = platform
      .logs()
      .split('\n')
      .filter((line) => line.includes(`in ${admin.organization} was refused`))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(refused)
  })
})

it('a request past what may wait is a problem that says what to do', async () => {
  await platform.restart({ LIMITS: 'rest.perCaller=1,rest.waitingPerCaller=1' })
  const script = await apiKey(platform, admin, 'viewer')
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(script, 'GET', costly)))
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]).toMatchObject({
    body: {
      code: 'busy',
      detail:
        'Too much waits: you may have 1 requests at a time, and 1 that wait. Wait for answers before you send more.',
    },
  })
  expect(refused[0]?.headers.get('retry-after')).toBe('5')
  expect(answers.filter(({ status }) => status === 200).length).toBe(20 - refused.length)
})

it('a search that takes too long is cancelled on the server, and says how to narrow it', async () => {
  const lock = await platform.pool.connect()
  try {
    await lock.query('BEGIN')
    await lock.query('LOCK TABLE device_activity IN ACCESS EXCLUSIVE MODE')
    const answer = await ask(admin, 'GET', costly)
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'query_timeout', detail: expect.stringContaining('Narrow the search') },
    })
  } finally {
    await lock.query('ROLLBACK')
    lock.release()
  }
  expect((await ask(admin, 'GET', costly)).status).toBe(200)
})
