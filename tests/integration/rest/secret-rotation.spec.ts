import fs from 'node:fs/promises'
import path from 'node:path'
import type { IssuedApplication } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rotateSecret } from '../../../scripts/instance/rotate-secret.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { seriesSum } from '../../support/exposition.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectApplication, createApplication } from '../applications/support.js'
import { connectDevice, eventually, refusalCode, registerDevice, type TestDevice } from '../mqtt/support.js'

let platform: Platform
let admin: Administrator
let devices: { used: TestDevice; unused: TestDevice }
let key: string
let application: IssuedApplication

/** Replaces the secret in the data directory, as the command does, and starts the platform again. */
async function rotate(...args: string[]): Promise<void> {
  await platform.kill('SIGTERM')
  rotateSecret(args, { dataDir: platform.dataDir, authSecret: undefined })
  await platform.restart()
}

async function connects(device: TestDevice): Promise<void> {
  await (await connectDevice(platform, device)).endAsync()
}

const withKey = () =>
  createClient(platform.url, { authorization: `Bearer ${key}` }).request('GET', '/api/v1/devices')

/** How many credentials and keys still depend on an earlier secret. */
async function earlierHashes(): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text()
  return seriesSum(text, 'heliograph_earlier_secret_hashes')
}

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  devices = { used: await registerDevice(admin), unused: await registerDevice(admin) }
  const made = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', {
    name: 'script',
    role: 'viewer',
  })
  key = made.key
  application = await createApplication(admin, {})
})
afterAll(() => platform?.stop())

describe('a new AUTH_SECRET', () => {
  it('lets in whom the earlier one did, and hashes anew what is used', async () => {
    await rotate()
    expect(await earlierHashes()).toBe(4)
    expect((await admin.request('GET', '/api/v1/me')).status).toBe(200)
    expect((await withKey()).status).toBe(200)
    await connects(devices.used)
    await (await connectApplication(application)).endAsync()
    await eventually(async () => expect(await earlierHashes()).toBe(1))
    await eventually(() => expect(platform.logs()).toContain('hashed with an earlier AUTH_SECRET: '))
  })

  it('no longer lets in what the earlier one hashed or signed once that is forgotten, and what was used', async () => {
    await rotate('--forget-earlier')
    expect(await fs.readFile(path.join(platform.dataDir, 'auth-secret'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect((await withKey()).status).toBe(200)
    await connects(devices.used)
    await (await connectApplication(application)).endAsync()
    expect(await refusalCode(connectDevice(platform, devices.unused))).toBe(4)
    expect((await admin.request('GET', '/api/v1/me')).status).toBe(401)
  })

  it('may come from the environment, with the earlier one beside it', async () => {
    const earlier = (await fs.readFile(path.join(platform.dataDir, 'auth-secret'), 'utf8')).trim()
    await platform.restart({ AUTH_SECRET: 'n'.repeat(64), AUTH_SECRET_PREVIOUS: earlier })
    expect((await withKey()).status).toBe(200)
    await connects(devices.used)
  })
})
