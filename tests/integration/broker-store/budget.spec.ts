import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  eventually,
  refusalCode,
  registerDevice,
  type TestDevice,
} from '../mqtt/support.js'

let platform: Platform
let admin: Administrator
let device: TestDevice

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  device = await registerDevice(admin)
})
afterAll(() => platform?.stop())

const filtersOfSession = 30

/** Leaves a stored session of a device that subscribed to requests of so many commands. */
async function leaveSession(of: TestDevice, suffix: string): Promise<void> {
  const client = await connect(of, suffix)
  await client.subscribeAsync(filters(of, filtersOfSession), { qos: 1 })
  const gone = closed(client)
  await client.endAsync()
  await gone
}

function connect(of: TestDevice, suffix: string): Promise<MqttClient> {
  return connectDevice(platform, of, { clientId: `${of.id}:${suffix}`, clean: false })
}

function filters({ id }: TestDevice, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${admin.organization}/devices/${id}/commands/c${n}/request`)
}

/** How many of the filters are granted. mqtt.js rejects when one is not, with the SUBACK. */
async function grantedOf(client: MqttClient, topics: string[]): Promise<number> {
  try {
    return (await client.subscribeAsync(topics, { qos: 1 })).length
  } catch (error) {
    const { granted } = (error as { packet: { granted: number[] } }).packet
    return granted.filter((code) => code !== 128).length
  }
}

async function storedSessions(of: TestDevice): Promise<string[]> {
  const { rows } = await platform.pool.query<{ session_id: string }>(
    `SELECT session_id FROM broker.session WHERE session_id LIKE $1 ORDER BY offline_since`,
    [`%/${of.id}:%`],
  )
  return rows.map(({ session_id }) => session_id.slice(session_id.lastIndexOf(':') + 1))
}

async function storedFilters(of: TestDevice): Promise<number> {
  const { rows } = await platform.pool.query<{ count: number }>(
    'SELECT count(*)::int FROM broker.subscription WHERE session_id LIKE $1',
    [`%/${of.id}:%`],
  )
  return rows[0]?.count ?? 0
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

async function refusals(of: TestDevice): Promise<{ code: string; detail: string | null }[]> {
  return (await admin.send<{ items: [] }>('GET', `/api/v1/devices/${of.id}/refusals`)).items
}

describe('stored sessions over the budget of their owner', () => {
  it('never prevent a start: the newest are loaded, and the rest is reported and forgotten', async () => {
    const other = await registerDevice(admin)
    await leaveSession(other, 'only')
    for (const suffix of ['first', 'second', 'third', 'fourth']) await leaveSession(device, suffix)
    await eventually(async () =>
      expect(await storedSessions(device)).toEqual(['first', 'second', 'third', 'fourth']),
    )
    // A session with these filters takes about 20 kB.
    const MQTT_LIMITS = 'maxSessionBytesPerOwner=50000'
    await platform.restart({ MQTT_LIMITS })
    await eventually(async () => expect(await storedSessions(device)).toEqual(['third', 'fourth']))
    expect(await storedFilters(device)).toBe(2 * filtersOfSession)
    expect(await storedSessions(other)).toEqual(['only'])
    expect(await metric('heliograph_mqtt_subscriptions')).toBe(3 * filtersOfSession)
    expect(await metric('heliograph_mqtt_session_bytes')).toBeGreaterThan(3 * filtersOfSession * 500)
    const reports = () => platform.logs().match(/the oldest stored sessions were forgotten.*/g)
    expect(reports()).toHaveLength(1)
    expect(reports()?.[0]).toContain(`${admin.organization} device `)
    expect(reports()?.[0]).toMatch(/sessions\\":2/)

    await platform.restart({ MQTT_LIMITS })
    expect(reports()).toHaveLength(1)
    expect(await storedSessions(device)).toEqual(['third', 'fourth'])
  })

  it('make room for new subscriptions, after which these are refused, and the device page says why', async () => {
    const client = await connect(device, 'fifth')
    const accepted = await grantedOf(client, filters(device, 100))
    expect(accepted).toBeGreaterThan(filtersOfSession)
    expect(accepted).toBeLessThan(100)
    await eventually(async () => expect(await storedSessions(device)).toEqual(['fifth']))
    expect(await refusals(device)).toContainEqual(
      expect.objectContaining({ code: 'quota', detail: expect.stringContaining('of this owner') }),
    )
    expect(platform.logs()).toContain('an MQTT subscription was refused: quota')
    const neighbour = await registerDevice(admin)
    const free = await connectDevice(platform, neighbour)
    expect(await grantedOf(free, filters(neighbour, 10))).toBe(10)
    await Promise.all([client.endAsync(), free.endAsync()])
  })
})

describe('a device with more connections than it may have', () => {
  it('is refused with 3 and told, while others connect', async () => {
    await platform.restart({ MQTT_LIMITS: 'maxConnectionsPerOwner=3' })
    const greedy = await registerDevice(admin)
    const clients = await Promise.all(['a', 'b', 'c'].map((suffix) => connect(greedy, suffix)))
    expect(await refusalCode(connect(greedy, 'd'))).toBe(3)
    const neighbour = await connectDevice(platform, await registerDevice(admin))
    expect(await refusals(greedy)).toContainEqual(
      expect.objectContaining({ code: 'quota', detail: 'connections of this owner' }),
    )
    expect(platform.logs()).toMatch(/an MQTT connection was refused: quota \(connections of this owner\)/)
    await Promise.all([...clients, neighbour].map((client) => client.endAsync()))
  })
})

describe('a device that connects in a loop', () => {
  it('is slowed down, and no other of its organization is', async () => {
    await platform.restart({ MQTT_LIMITS: 'maxConnectsPerSecondPerOwner=1' })
    const looping = await registerDevice(admin)
    const outcomes: unknown[] = []
    for (let n = 0; n < 20; n += 1) outcomes.push(await refusalCode(connectDevice(platform, looping)))
    expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('accepted'))
    expect(outcomes).toContain(3)
    const neighbour = await connectDevice(platform, await registerDevice(admin))
    await neighbour.endAsync()
    expect((await refusals(looping)).map(({ code }) => code)).toContain('rate')
  })
})
