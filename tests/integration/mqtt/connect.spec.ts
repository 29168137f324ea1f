import type { ErrorWithReasonCode } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { OwnPostgres } from '../telemetry/own-postgres.js'
import { connectDevice, registerDevice, type TestDevice } from './support.js'

let postgres: OwnPostgres
let platform: Platform
let administrator: HttpClient

beforeAll(async () => {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  administrator = await createAdministrator(platform)
})

afterAll(async () => {
  postgres?.thaw()
  await platform?.stop()
  await postgres?.remove()
})

/** The return code of the CONNACK that refuses a device; 0 when it is accepted. */
async function refusalOf(device: TestDevice): Promise<number> {
  try {
    const client = await connectDevice(platform, device)
    await client.endAsync()
    return 0
  } catch (error) {
    return (error as ErrorWithReasonCode).code
  }
}

const withPassword = (device: TestDevice, password: string): TestDevice => ({
  ...device,
  credential: { ...device.credential, password },
})

describe('while the database is away', () => {
  it('a device with a cached credential is accepted, a wrong secret is refused, and all else is undecided', async () => {
    const known = await registerDevice(administrator)
    const unknown = await registerDevice(administrator)
    expect(await refusalOf(known)).toBe(0)
    postgres.freeze()
    const wrong = withPassword(known, unknown.credential.password)
    expect(await Promise.all([known, wrong, unknown].map(refusalOf))).toEqual([0, 4, 3])
    postgres.thaw()
    expect(await refusalOf(unknown)).toBe(0)
  })
})

describe('many connections at once', () => {
  it('are each accepted or refused by their own credential, the first time and again', async () => {
    const devices = await Promise.all(Array.from({ length: 24 }, () => registerDevice(administrator)))
    const neighbour = (index: number) => devices[(index + 1) % devices.length] as TestDevice
    const mixed = devices.map((device, index) =>
      index % 3 === 0 ? withPassword(device, neighbour(index).credential.password) : device,
    )
    const wanted = devices.map((_, index) => (index % 3 === 0 ? 4 : 0))
    expect(await Promise.all(mixed.map(refusalOf))).toEqual(wanted)
    expect(await Promise.all(mixed.map(refusalOf))).toEqual(wanted)
  })
})
