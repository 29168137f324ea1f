import type { Overview } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { seedDevices } from '../../support/seed-devices.js'
import { connectDevice, registerDevice } from '../mqtt/support.js'

const many = 100_000

let platform: Platform
let small: Administrator
let large: HttpClient & { organization: string }

beforeAll(async () => {
  platform = await startPlatform()
  small = await createAdministrator(platform)
  large = await createOrganization(small)
  await seedDevices(platform.pool, large.organization, many)
})
afterAll(() => platform?.stop())

const overview = (client: HttpClient) => client.send<Overview>('GET', '/api/v1/overview')

describe('the overview', () => {
  it('counts 100,000 devices by status as the list shows them', async () => {
    const { fleet } = await overview(large)
    expect(fleet).toMatchObject({ devices: many })
    expect(fleet.statuses).toEqual({ never: many / 4, online: many / 4, quiet: many / 4, offline: many / 4 })
    for (const status of ['never', 'online', 'quiet', 'offline']) {
      const page = await large.send<{ items: { id: string; status: string }[] }>(
        'GET',
        `/api/v1/devices?status=${status}&limit=5&sort=id`,
      )
      expect(page.items, status).toHaveLength(5)
      for (const item of page.items) expect(item.status).toBe(status)
    }
  })
})

describe('storage', () => {
  let fresh: Platform
  afterAll(() => fresh?.stop())

  it('divides the size of the tables by the rows of each organization, and estimates the growth of a day', async () => {
    fresh = await startPlatform()
    const administrator = await createAdministrator(fresh)
    const other = await createOrganization(administrator)
    const device = await registerDevice(administrator)
    const client = await connectDevice(fresh, device)
    const old = Date.now() - 10 * 86_400_000
    const sample = (ts: number) => ({ ts, values: { a: 1, b: 2 } })
    const batch = (from: number) => JSON.stringify(Array.from({ length: 500 }, (_, n) => sample(from + n)))
    const { telemetry } = device.credential.topics
    await client.publishAsync(telemetry, batch(old), { qos: 1 })
    await client.publishAsync(telemetry, batch(Date.now() - 5_000), { qos: 1 })
    await client.endAsync()
    // An estimate lasts for a minute, and the platform made one when there was nothing yet.
    await fresh.restart()
    const { storage } = (await overview(administrator)).fleet
    expect(storage?.bytes).toBeGreaterThan(50_000)
    expect(storage?.bytesPerDay).toBeGreaterThan(10_000)
    expect(storage?.bytesPerDay).toBeLessThan(storage?.bytes ?? 0)
    expect((await overview(other)).fleet.storage).toMatchObject({ bytes: 0, bytesPerDay: 0 })
  })
})
