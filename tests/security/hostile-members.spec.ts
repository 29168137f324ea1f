import type { IssuedApplication } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApplication } from '../integration/applications/support.js'
import { ask } from '../integration/rest/callers.js'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
} from '../support/accounts.js'
import { createClient, type HttpClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator
let org: string

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  org = owner.organization
})
afterAll(() => platform?.stop())

async function scopedKey(scopes: string[]): Promise<HttpClient> {
  const { key } = await owner.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'scoped', scopes })
  return createClient(platform.url, { authorization: `Bearer ${key}` })
}

describe('an API key that may only manage applications', () => {
  it.each([
    ['reads', { subscribe: ['#'] }],
    ['publishes', { publish: ['apps/#'] }],
  ])('gets no password of an application that %s', async (_, filters) => {
    const rights = Object.fromEntries(
      Object.entries(filters).map(([name, list]) => [name, list.map((filter) => `${org}/${filter}`)]),
    )
    const application = await createApplication(owner, rights)
    const key = await scopedKey(['applications.manage', 'applications.read'])
    const rotate = `/api/v1/applications/${application.id}/rotate`
    expect(await ask(key, 'POST', rotate, {})).toMatchObject({
      status: 403,
      body: { code: 'scope_required' },
    })
    expect(
      await ask(key, 'PATCH', `/api/v1/applications/${application.id}`, { name: 'renamed' }),
    ).toMatchObject({
      status: 200,
    })
    const may = await scopedKey(['applications.manage', 'topics.subscribe', 'apps.publish'])
    expect((await may.send<IssuedApplication>('POST', rotate, {})).password).toMatch(/^hg_app_/)
  })
})

describe('ownership', () => {
  it('that goes to a member with a tag limit comes without the limit, so that somebody can act', async () => {
    const other = await createOrganization(owner)
    const tags = ['site-hamburg']
    const successor = await createMember(platform, other, 'operator', 'Sue Successor', { tags })
    await other.send('POST', '/api/v1/organization/transfer', { to: successor.id })
    const { organizations } = await successor.send<{ organizations: object[] }>('GET', '/api/v1/me')
    expect(organizations).toEqual([
      expect.objectContaining({ slug: other.organization, role: 'owner', tags: null }),
    ])
    await successor.send('POST', '/api/v1/devices', { name: 'pump' })
    await successor.send('DELETE', `/api/v1/organization?confirm=${other.organization}`)
  })
})
