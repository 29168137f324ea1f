import type { AuditEntry, AuditPage } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  type MemberAccount,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask } from './callers.js'

let platform: Platform
let owner: Administrator
let member: MemberAccount
let script: HttpClient & { id: string; key: string }

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  member = await createMember(platform, owner, 'admin', '=cmd|calc')
  script = await apiKey(platform, owner)
})
afterAll(() => platform?.stop())

const list = (query: Record<string, string> = {}, client: HttpClient = owner) =>
  client.send<AuditPage>('GET', `/api/v1/audit?${new URLSearchParams(query)}`)

async function entriesOf(query: Record<string, string>): Promise<AuditEntry[]> {
  return (await list(query)).items
}

/** The text of a file. */
async function fileOf(query: Record<string, string>, client: HttpClient = owner): Promise<string> {
  const answer = await client.request('GET', `/api/v1/audit/export?${new URLSearchParams(query)}`)
  const text = await answer.text()
  expect(answer.status, text).toBe(200)
  return text
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const ids = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id)

describe('a row', () => {
  it('says which person did it, in which role and session, and from where', async () => {
    const answer = await member.request(
      'POST',
      '/api/v1/devices',
      { name: 'Pump', id: 'pump', tags: ['north'] },
      { 'user-agent': firefox },
    )
    const [entry] = await entriesOf({ action: 'device.create', target: 'device/pump' })
    const { rows } = await platform.pool.query('SELECT id FROM session WHERE user_id = $1', [member.id])
    expect(entry).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      actor: { kind: 'person', id: member.id, name: '=cmd|calc', role: 'admin', behind: null },
      action: 'device.create',
      target: 'device/pump',
      before: null,
      after: { name: 'Pump', type: null, tags: ['north'], expectedIntervalSeconds: 300 },
      detail: null,
      sessionId: rows[0].id,
      address: '127.0.0.1',
      userAgent: firefox,
      requestId: answer.headers.get('x-request-id'),
    })
  })

  it('names a key and the person behind it', async () => {
    await script.send('PATCH', '/api/v1/devices/pump', { name: 'Pump of the north', tags: ['north'] })
    const [entry] = await entriesOf({ actor: `key:${script.id}` })
    const { user } = await owner.send<{ user: { id: string } }>('GET', '/api/v1/me')
    expect(entry).toMatchObject({
      actor: { kind: 'apiKey', id: script.id, name: 'a admin', behind: { id: user.id, name: 'Ada Admin' } },
      sessionId: null,
      address: '127.0.0.1',
    })
  })

  it('has only what changed, before and after', async () => {
    const [entry] = await entriesOf({ action: 'device.update' })
    expect(entry).toMatchObject({ before: { name: 'Pump' }, after: { name: 'Pump of the north' } })
  })

  it('does not take an address from a header that anybody can send', async () => {
    await owner.request('PATCH', '/api/v1/organization', { name: 'Acme' }, { 'x-forwarded-for': '6.6.6.6' })
    const [entry] = await entriesOf({ action: 'organization.update' })
    expect(entry).toMatchObject({ address: '127.0.0.1', after: { name: 'Acme' } })
  })

  it('keeps the name of who is gone', async () => {
    const gone = await createMember(platform, owner, 'admin', 'Gwen Gone')
    await gone.send('POST', '/api/v1/devices', { name: 'Left', id: 'left' })
    await platform.pool.query('DELETE FROM "user" WHERE id = $1', [gone.id])
    const [entry] = await entriesOf({ target: 'device/left' })
    expect(entry?.actor).toMatchObject({ id: gone.id, name: 'Gwen Gone', role: 'admin' })
  })
})

describe('the list', () => {
  it('comes newest first in pages, of which none repeats or skips a row', async () => {
    const all = await entriesOf({ limit: '200' })
    const paged: AuditEntry[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: AuditPage = await list({ limit: '3', ...(cursor === '' ? {} : { cursor }) })
      expect(page.items.length).toBeLessThanOrEqual(3)
      paged.push(...page.items)
      cursor = page.nextCursor
    }
    expect(ids(paged)).toEqual(ids(all))
    const times = all.map(({ at }) => at)
    expect(times).toEqual(times.toSorted().reverse())
  })

  it('is filtered by person, target with all below it, action and time', async () => {
    await owner.send('POST', '/api/v1/devices', { name: 'Other', id: 'pump-2' })
    await owner.send('POST', '/api/v1/devices/pump/credentials', { name: 'first' })
    const ofPump = await entriesOf({ target: 'device/pump' })
    expect(ofPump.map(({ action }) => action)).toEqual(['credential.issue', 'device.update', 'device.create'])
    expect((await entriesOf({ actor: `person:${member.id}` })).map(({ target }) => target)).toContain(
      'device/pump',
    )
    expect(await entriesOf({ to: '-1h' })).toEqual([])
    expect(ids(await entriesOf({ from: '-1h', limit: '200' }))).toEqual(
      ids(await entriesOf({ limit: '200' })),
    )
    const [newest] = await entriesOf({ limit: '1' })
    expect(ids(await entriesOf({ from: newest?.at ?? '' }))).toEqual([newest?.id])
  })

  it.each([
    ['a name, whatever its case', 'ADA ADM'],
    ['what changed', 'of the north'],
    ['a browser', 'firefox/128'],
  ])('is searched by %s', async (_, search) => {
    const found = await entriesOf({ search, limit: '200' })
    expect(found.length).toBeGreaterThan(0)
    for (const entry of found) expect(JSON.stringify(entry).toLowerCase()).toContain(search.toLowerCase())
  })

  it('takes search text literally', async () => {
    expect(await entriesOf({ search: '%' })).toEqual([])
    expect(await entriesOf({ target: 'device/_ump' })).toEqual([])
  })

  it.each([
    ['actor', 'somebody'],
    ['action', 'delete everything'],
    ['from', 'yesterday'],
    ['limit', '201'],
    ['cursor', 'nonsense'],
    ['colour', 'red'],
  ])('refuses a wrong %s', async (name, value) => {
    const answer = await ask(owner, 'GET', `/api/v1/audit?${new URLSearchParams({ [name]: value })}`)
    expect(answer.status).toBe(400)
  })

  it('has nothing of another organization', async () => {
    const other = await createOrganization(owner)
    const { items } = await list({}, other)
    expect(items.map(({ action }) => action)).toEqual(['organization.create'])
    expect(linesOf(await fileOf({ format: 'ndjson' }, other))).toHaveLength(1)
  })
})

describe('the export', () => {
  it('has each row of the filter, as NDJSON', async () => {
    const text = await fileOf({ format: 'ndjson', target: 'device/pump' })
    expect(linesOf(text)).toEqual(await entriesOf({ target: 'device/pump' }))
  })

  it('has no formula that a spreadsheet would run, as CSV', async () => {
    const answer = await owner.request('GET', '/api/v1/audit/export?action=device.create&target=device/pump')
    const [head, line] = (await answer.text()).split('\r\n')
    expect(head).toMatch(/^time,actor kind,actor id,actor,role,/)
    expect(line).toContain(",'=cmd|calc,")
    expect(answer.headers.get('content-type')).toContain('text/csv')
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="${owner.organization}-audit.csv"`,
    )
  })

  it('is longer than what is read at a time', async () => {
    await platform.pool.query(
      `INSERT INTO audit_row (organization_id, actor, action, target)
       SELECT id, 'platform', 'device.create', 'device/many-' || n FROM organization, generate_series(1, 1200) AS n
       WHERE slug = $1`,
      [owner.organization],
    )
    const lines = linesOf(await fileOf({ format: 'ndjson', search: 'many-' }))
    expect(new Set(lines.map(({ target }) => target)).size).toBe(1_200)
  })

  it('is refused before it begins when a filter is wrong', async () => {
    expect(await ask(owner, 'GET', '/api/v1/audit/export?from=x')).toMatchObject({
      status: 400,
      body: { code: 'invalid_query' },
    })
  })

  it('is opened as a link, which names the organization in its address', async () => {
    const { organization } = owner
    const link = createClient(platform.url, { authorization: `Bearer ${script.key}` })
    expect((await ask(link, 'GET', `/api/v1/audit/export?organization=${organization}`)).status).toBe(200)
    expect((await ask(link, 'GET', '/api/v1/audit/export?organization=another')).status).toBe(403)
  })
})
