import type { AuditPage } from '@heliograph/protocol'
import { beforeAll, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
} from '../../support/accounts.js'
import type { Platform } from '../../support/platform.js'
import { usePlatforms } from '../../support/use-platform.js'
import { apiKey, ask } from './callers.js'

const path = '/api/v1/platform/audit'
const platforms = usePlatforms()
let platform: Platform
let administrator: Administrator

beforeAll(async () => {
  platform = await platforms.shared()
  administrator = await createAdministrator(platform)
  const ended = await createOrganization(administrator, 'ended')
  await ended.send('DELETE', '/api/v1/organization?confirm=ended')
})

const list = (query = '') => administrator.send<AuditPage>('GET', `${path}?${query}`)

it('has what belongs to no organization, and nothing that is in one', async () => {
  await administrator.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
  const { items } = await list()
  expect(items.map(({ action }) => action)).toEqual(['organization.delete', 'person.signIn'])
  expect(items[0]).toMatchObject({ target: 'organization/ended', before: { name: 'ended' } })
})

it('is filtered, searched and read in pages', async () => {
  expect((await list('action=person.signIn')).items).toHaveLength(1)
  expect((await list('search=Ada')).items).toHaveLength(2)
  expect((await list('target=organization/ended')).items).toHaveLength(1)
  expect((await list('to=-1h')).items).toEqual([])
  const first = await list('limit=1')
  const second = await list(`limit=1&cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items]).toEqual((await list()).items)
  expect(second.nextCursor).toBeNull()
})

it('is exported as CSV and NDJSON', async () => {
  const csv = await ask(administrator, 'GET', `${path}/export?action=organization.delete`)
  expect(csv.headers.get('content-disposition')).toContain('platform-audit.csv')
  expect(csv.body.text).toMatch(/^time,actor kind,.*\r?\n.*organization\.delete/)
  const answer = await administrator.request('GET', `${path}/export?format=ndjson`)
  const lines = (await answer.text()).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual((await list()).items)
})

it('is for platform administrators alone', async () => {
  const owner = await createMember(platform, administrator, 'owner')
  for (const call of [path, `${path}/export`]) {
    expect(await ask(owner, 'GET', call)).toMatchObject({
      status: 403,
      body: { code: 'platform_administrator_required' },
    })
    expect((await ask(await apiKey(platform, administrator), 'GET', call)).status).toBe(403)
  }
})
