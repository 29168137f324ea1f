import type { PresencePage } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask } from './callers.js'

interface Device {
  id: string
  name: string
  tags: string[]
  status: string
  [key: string]: unknown
}
interface Page {
  items: Device[]
  nextCursor: string | null
}

let platform: Platform
let client: HttpClient
const devices = '/api/v1/devices'

beforeAll(async () => {
  platform = await startPlatform()
  client = await apiKey(platform, await createAdministrator(platform, 'acme'))
})
afterAll(() => platform?.stop())

describe('one device', () => {
  it('is registered with defaults for fields that are not sent', async () => {
    const answer = await ask(client, 'POST', devices, {
      name: '  Greenhouse pump ',
      id: 'pump-7',
      tags: ['a', 'b', 'a'],
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      id: 'pump-7',
      name: 'Greenhouse pump',
      type: null,
      tags: ['a', 'b'],
      expectedIntervalSeconds: 300,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      status: 'never',
      connection: { connected: false, since: null, reason: null },
      lastMessageAt: null,
      telemetry: { droppedMessages: 0, clockSkewMs: null, clockNotSet: false },
    })
    expect((await ask(client, 'GET', `${devices}/pump-7`)).body).toEqual(answer.body)
  })

  it('gets an id from its name, with a suffix when that is taken', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { id } = await client.send<Device>('POST', devices, { name: 'Wärme Pumpe' })
        return id
      }),
    )
    expect(new Set(ids).size).toBe(5)
    expect(ids).toContain('warme-pumpe')
    for (const id of ids) expect(id).toMatch(/^warme-pumpe(-[a-z0-9]+)?$/)
    expect((await client.send<Device>('POST', devices, { name: '水泵' })).id).toMatch(/^device/)
  })

  it('is refused when its id is taken, and nothing changes', async () => {
    await client.send('POST', devices, { name: 'First', id: 'twice' })
    const answer = await ask(client, 'POST', devices, { name: 'Second', id: 'twice' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'device_id_taken' } })
    expect((await client.send<Device>('GET', `${devices}/twice`)).name).toBe('First')
  })

  it('is registered once by two requests at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ask(client, 'POST', devices, { name: 'Race', id: 'race' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
  })

  it('keeps the fields that a change does not send', async () => {
    await client.send('POST', devices, { name: 'Before', id: 'changing', tags: ['x'], type: 'pump' })
    const answer = await ask(client, 'PATCH', `${devices}/changing`, { name: 'After', type: null })
    expect(answer).toMatchObject({ status: 200, body: { name: 'After', type: null, tags: ['x'] } })
  })

  it('does not exist when deleted, and is a different one when registered again', async () => {
    await client.send('POST', devices, { name: 'Short-lived', id: 'short' })
    await client.send('POST', `${devices}/short/credentials`)
    const answer = await ask(client, 'DELETE', `${devices}/short`)
    expect(answer).toMatchObject({ status: 204, body: { text: '' } })
    expect((await ask(client, 'GET', `${devices}/short`)).status).toBe(404)
    expect((await ask(client, 'DELETE', `${devices}/short`)).status).toBe(404)
    await client.send('POST', devices, { name: 'Again', id: 'short' })
    expect(await client.send<Page>('GET', `${devices}/short/credentials`)).toEqual({
      items: [],
      nextCursor: null,
    })
  })

  it('has an audit row of each change, in the same transaction', async () => {
    const { rows } = await platform.pool.query(
      `SELECT action, target, actor FROM audit_row WHERE target LIKE 'device/short%' ORDER BY id`,
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'device.create',
      'credential.issue',
      'device.delete',
      'device.create',
    ])
    for (const { actor } of rows) expect(actor).toMatch(/^key:/)
    const { rows: refused } = await platform.pool.query(`SELECT FROM audit_row WHERE target = 'device/twice'`)
    expect(refused.length).toBe(1)
  })

  it('lists when it connected and disconnected, page by page', async () => {
    await client.send('POST', devices, { name: 'Restless', id: 'restless' })
    await platform.pool.query(
      `INSERT INTO presence_change (device_key, at, online, reason, take_overs)
       SELECT d.key, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute', n % 2 = 1,
         CASE WHEN n % 2 = 1 THEN 'connected' ELSE 'connection_lost' END, CASE WHEN n % 2 = 1 THEN 0 ELSE n END
       FROM device d, generate_series(1, 5) n WHERE d.id = 'restless'`,
    )
    type Changes = PresencePage
    const path = `${devices}/restless/presence`
    const first = await client.send<Changes>('GET', `${path}?limit=3`)
    expect(first.items[0]).toEqual({
      ts: '2026-01-01T00:05:00.000Z',
      online: true,
      reason: 'connected',
      takeOvers: 0,
      foldedChanges: 0,
    })
    // Take-overs are stored with the end of the connection, which may be on the page before.
    expect(first.items.map(({ takeOvers }) => takeOvers)).toEqual([0, 0, 4])
    const second = await client.send<Changes>('GET', `${path}?limit=3&cursor=${first.nextCursor}`)
    expect(second).toMatchObject({
      items: [
        { online: false, takeOvers: 0 },
        { online: true, takeOvers: 2 },
      ],
      nextCursor: null,
    })
    expect((await ask(client, 'GET', `${path}?cursor=bm9uZQ`)).body.code).toBe('invalid_cursor')
  })
})

describe('the list of devices', () => {
  const list = (query: string) => client.send<Page>('GET', `${devices}?${query}`)
  const names = async (query: string) => (await list(query)).items.map(({ name }) => name)

  beforeAll(async () => {
    const many = [
      { name: 'Zeta 10', tags: ['north', 'roof'], type: 'pump' },
      { name: 'Zeta 2', tags: ['north'] },
      { name: 'zeta 1 (100%)', tags: ['south'], type: 'pump' },
      { name: 'Zeta_x', tags: [] },
      { name: 'Zeta 2', id: 'Zeta-two' },
    ]
    for (const device of many) await client.send('POST', devices, { tags: ['zeta'], ...device })
  })

  it('is sorted naturally, ascending and descending', async () => {
    const up = await names('search=zeta')
    expect(up).toEqual(['zeta 1 (100%)', 'Zeta 2', 'Zeta 2', 'Zeta 10', 'Zeta_x'])
    expect(await names('search=zeta&sort=-name')).toEqual([...up].reverse())
  })

  it('is filtered by tag, type and search text', async () => {
    expect(await names('tag=north')).toEqual(['Zeta 2', 'Zeta 10'])
    expect(await names('tag=north&type=pump')).toEqual(['Zeta 10'])
    expect(await names('search=ROOF')).toEqual(['Zeta 10'])
    expect(await names('search=eta-tw')).toEqual(['Zeta 2'])
    expect(await names('search=%25')).toEqual(['zeta 1 (100%)'])
    expect(await names('search=zeta_')).toEqual(['Zeta_x'])
    expect(await names('tag=nor')).toEqual([])
  })

  it.each(['name', '-name', 'id', '-id', 'createdAt', '-createdAt', 'lastMessageAt', '-lastMessageAt'])(
    'pages by %s without omissions or repetitions, also when devices are added or deleted meanwhile',
    async (sort) => {
      const before = (await list(`sort=${sort}&limit=500`)).items.map(({ id }) => id)
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page: Page = await list(`sort=${sort}&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
        expect(page.items.length).toBeLessThanOrEqual(3)
        if (cursor === null) {
          await client.send('POST', devices, { name: '!first of all', id: `0-${sort.replace('-', 'r')}` })
          await client.send('DELETE', `${devices}/0-${sort.replace('-', 'r')}`)
        }
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(seen).toEqual(before)
    },
  )

  it('refuses a cursor of another order, and unknown values', async () => {
    const { nextCursor } = await list('sort=id&limit=1')
    for (const query of [
      `sort=name&cursor=${nextCursor}`,
      'cursor=%00',
      'cursor=W10',
      `cursor=${'x'.repeat(600)}`,
    ]) {
      expect((await ask(client, 'GET', `${devices}?${query}`)).status).toBe(400)
    }
    for (const query of [
      'limit=501',
      'limit=0',
      'limit=x',
      'sort=colour',
      'status=broken',
      'colour=red',
      'tag=a&tag=b',
      'search=%00',
    ]) {
      expect(await ask(client, 'GET', `${devices}?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid' },
      })
    }
  })

  it('is filtered by status, and sorted by the last message', async () => {
    const facts = {
      s_online: [true, '1 minute', null],
      s_quiet: [true, '1 hour', '1 hour'],
      s_offline: [false, '1 minute', '2 minutes'],
      s_http: [false, null, '5 seconds'],
    } as const
    for (const [id, [connected, since, last]] of Object.entries(facts)) {
      await client.send('POST', devices, { name: id, id, tags: ['status'] })
      await platform.pool.query(
        `INSERT INTO device_activity (device_key, connected, since, reason, last_message_at)
         SELECT key, $2, now() - $3::interval, 'connected', now() - $4::interval FROM device WHERE id = $1`,
        [id, connected, since, last],
      )
    }
    expect(await names('tag=status&status=online')).toEqual(['s_http', 's_online'])
    expect(await names('tag=status&status=quiet')).toEqual(['s_quiet'])
    expect(await names('tag=status&status=offline')).toEqual(['s_offline'])
    expect(await names('tag=status&status=never')).toEqual([])
    expect(await names('tag=status&sort=-lastMessageAt')).toEqual([
      's_http',
      's_offline',
      's_quiet',
      's_online',
    ])
    const { items } = await list('tag=status')
    expect(Object.fromEntries(items.map(({ id, status }) => [id, status]))).toEqual({
      s_online: 'online',
      s_quiet: 'quiet',
      s_offline: 'offline',
      s_http: 'online',
    })
  })
})
