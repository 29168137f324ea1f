import type { IssuedApplication } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, eventually, refusalCode, watch } from '../mqtt/support.js'
import { connectApplication, createApplication, resumeApplication } from './support.js'

const path = '/api/v1/applications'

let platform: Platform
let admin: Administrator
let org: string

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  org = admin.organization
})
afterAll(() => platform?.stop())

/** How many connections the platform says that it has. */
const connectionsOf = async ({ id }: IssuedApplication) =>
  (await admin.send<{ connections: number }>('GET', `${path}/${id}`)).connections

const mqttConnections = async () =>
  Number(
    /^heliograph_mqtt_connections (\d+)$/m.exec(await (await fetch(`${platform.url}/metrics`)).text())?.[1],
  )

describe('a change of an application', () => {
  it('that deletes it ends every connection before the answer, and removes its stored sessions', async () => {
    const application = await createApplication(admin, { subscribe: [`${org}/apps/#`] })
    const stored = await connectApplication(application, { clientId: 'stored', clean: false })
    await stored.subscribeAsync(`${org}/apps/x/y`, { qos: 1 })
    await stored.endAsync()
    const tcp = await connectApplication(application)
    const ws = await connectApplication(application, { origin: 'https://example.com' })
    const ended = Promise.all([closed(tcp), closed(ws)])
    expect(await mqttConnections()).toBe(2)
    await admin.send('DELETE', `${path}/${application.id}`)
    expect(await mqttConnections()).toBe(0)
    await ended
    expect(await refusalCode(connectApplication(application))).toBe(4)
    const { rows } = await platform.pool.query('SELECT session_id FROM broker.session WHERE owner = $1', [
      `application ${application.id}`,
    ])
    expect(rows).toEqual([])
  })

  it('that rotates it without overlap ends every connection before the answer', async () => {
    const application = await createApplication(admin, {})
    const ended = closed(await connectApplication(application))
    const rotated = await admin.send<IssuedApplication>('POST', `${path}/${application.id}/rotate`, {
      overlapSeconds: 0,
    })
    expect(await connectionsOf(application)).toBe(0)
    await ended
    expect(await refusalCode(connectApplication(application))).toBe(4)
    await (await connectApplication(rotated)).endAsync()
  })

  it('that rotates it lets the old password work for the overlap, and no longer', async () => {
    const application = await createApplication(admin, {})
    const client = await connectApplication(application)
    const ended = closed(client)
    const rotate = { overlapSeconds: 5 }
    const rotated = await admin.send<IssuedApplication>('POST', `${path}/${application.id}/rotate`, rotate)
    expect(client.connected).toBe(true)
    await (await connectApplication(application)).endAsync()
    await ended
    expect(await refusalCode(connectApplication(application))).not.toBe('accepted')
    await (await connectApplication(rotated)).endAsync()
  })

  it('of its filters narrows live connections before the answer', async () => {
    const application = await createApplication(admin, {
      subscribe: [`${org}/apps/#`],
      publish: [`${org}/apps/#`],
    })
    const client = await connectApplication(application)
    const seen = await watch(client, `${org}/apps/secret/+`)
    const open = await watch(client, `${org}/apps/open/+`)
    const writer = await connectApplication(
      await createApplication(admin, { name: 'Writer', publish: [`${org}/apps/#`] }),
    )
    await writer.publishAsync(`${org}/apps/secret/a`, '"before"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toContain('before'))
    const rights = { subscribe: [`${org}/apps/open/#`], publish: [] }
    await admin.send('PATCH', `${path}/${application.id}`, rights)
    await writer.publishAsync(`${org}/apps/secret/a`, '"after"', { qos: 1 })
    await client.publishAsync(`${org}/apps/open/a`, '"of its own"', { qos: 1 })
    await writer.publishAsync(`${org}/apps/open/a`, '"still granted"', { qos: 1 })
    await eventually(() => expect(open.map(({ json }) => json)).toContain('still granted'))
    const all = open.map(({ json }) => json)
    expect(all).not.toContain('after')
    expect(all).not.toContain('of its own')
    await expect(client.subscribeAsync(`${org}/apps/secret/+`)).rejects.toThrow()
    await Promise.all([client.endAsync(), writer.endAsync()])
  })

  it('of its filters reaches sessions that are stored meanwhile', async () => {
    const application = await createApplication(admin, { subscribe: [`${org}/apps/#`] })
    const stored = { clientId: 'stored', clean: false }
    const first = await connectApplication(application, stored)
    await first.subscribeAsync(`${org}/apps/secret/+`, { qos: 1 })
    await first.subscribeAsync(`${org}/apps/open/+`, { qos: 1 })
    await first.endAsync()
    await admin.send('PATCH', `${path}/${application.id}`, { subscribe: [`${org}/apps/open/#`] })
    const writer = await connectApplication(
      await createApplication(admin, { name: 'Writer', publish: [`${org}/apps/#`] }),
    )
    await writer.publishAsync(`${org}/apps/secret/a`, '"secret"', { qos: 1 })
    await writer.publishAsync(`${org}/apps/open/a`, '"open"', { qos: 1 })
    const { client: back, seen } = resumeApplication(application, stored)
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['open']))
    await Promise.all([back.endAsync(), writer.endAsync()])
  })

  it('of its origins ends the connections of pages that it does not allow any more', async () => {
    const application = await createApplication(admin, {})
    const page = await connectApplication(application, { origin: 'https://old.example.com' })
    const kept = await connectApplication(application, { origin: 'https://new.example.com' })
    const program = await connectApplication(application)
    const ended = closed(page)
    await admin.send('PATCH', `${path}/${application.id}`, { origins: ['https://new.example.com'] })
    expect(await connectionsOf(application)).toBe(2)
    await ended
    expect([kept.connected, program.connected]).toEqual([true, true])
    await Promise.all([kept.endAsync(), program.endAsync()])
  })
})
