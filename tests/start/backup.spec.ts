import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { urlsOfEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../integration/mqtt/support.js'
import { createAdministrator, signIn } from '../support/accounts.js'
import { type CommandRun, runScript } from '../support/command.js'
import type { HttpClient } from '../support/http-client.js'
import { StartSite } from '../support/supervised.js'

/** Of rows that do not compress, so that a copy takes long enough to be caught at it. */
const fillerRows = 1_500_000
/** All of it is work for the disk and the processor, which others may want, too. */
const slowMs = 240_000
const firstMs = 1_700_000_000_000

let site: StartSite
let otherSite: StartSite
let folder: string

beforeEach(async () => {
  site = await StartSite.create()
  otherSite = await StartSite.create()
  folder = path.join(path.dirname(site.dataDir), 'backups')
  await fs.mkdir(folder)
})

afterEach(async () => {
  await otherSite.remove()
  await site.remove()
})

const backUp = (): CommandRun => runScript('backup.mjs', ['--to', folder], { DATA_DIR: site.dataDir })
const addresses = ({ env }: StartSite, url: string) => ({
  url,
  mqttTcpUrl: `mqtt://127.0.0.1:${env.MQTT_PORT}`,
})

async function sql<Row extends pg.QueryResultRow>(text: string, { dataDir } = site): Promise<Row[]> {
  const client = new pg.Client({ connectionString: urlsOfEmbeddedPostgres(dataDir).adminUrl })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** Publishes numbered samples, ten at a time, until it is stopped; notes which are acknowledged. */
async function streamSamples(mqttTcpUrl: string, device: TestDevice) {
  const client = await connectDevice({ mqttTcpUrl }, device)
  const acknowledged = new Set<number>()
  let next = 0
  let stopping = false
  const publish = async (): Promise<void> => {
    while (!stopping) {
      const n = next++
      const sample = JSON.stringify({ ts: firstMs + n, values: { n } })
      await client.publishAsync(device.credential.topics.telemetry, sample, { qos: 1 })
      acknowledged.add(n)
    }
  }
  const publishing = Promise.all(Array.from({ length: 10 }, publish))
  return {
    acknowledged,
    async stop() {
      stopping = true
      await publishing
      await client.endAsync()
    },
  }
}

async function readNumbers(client: HttpClient, device: TestDevice): Promise<number[]> {
  const numbers: number[] = []
  let cursor = ''
  do {
    const page = await client.send<{ items: { value: number }[]; nextCursor: string | null }>(
      'GET',
      `/api/v1/devices/${device.id}/telemetry?keys=n&from=${firstMs}&to=${firstMs + 10_000_000}&limit=10000${cursor}`,
    )
    numbers.push(...page.items.map(({ value }) => value))
    cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : ''
  } while (cursor)
  return numbers
}

/** Resolves once its copy is on its way. */
const copying = ({ pid }: CommandRun) =>
  eventually(async () => {
    const unfinished = (await fs.readdir(folder)).find((name) => name.endsWith(`.partial-${pid}`))
    expect(unfinished).toBeDefined()
    expect((await fs.stat(path.join(folder, unfinished ?? ''))).size).toBeGreaterThan(1_000_000)
  })

const makeFiller = () =>
  sql(
    `CREATE TABLE filler AS SELECT n, md5(n::text) AS a, md5((-n)::text) AS b FROM generate_series(1, ${fillerRows}) n`,
  )

describe('npm run backup and npm run restore', { timeout: slowMs }, () => {
  it('keep all samples acknowledged before, while devices go on publishing', async () => {
    const run = site.run()
    const here = addresses(site, await run.ready)
    const admin = await createAdministrator(here)
    const device = await registerDevice(admin)
    await makeFiller()
    const stream = await streamSamples(here.mqttTcpUrl, device)
    await eventually(() => expect(stream.acknowledged.size).toBeGreaterThan(300))

    const before = [...stream.acknowledged]
    const { code, output } = await backUp().ended
    const during = stream.acknowledged.size - before.length
    await stream.stop()
    expect(output).toMatch(/^backup .*heliograph-\d{8}T\d{6}Z\.tar\.gz$/m)
    expect(code).toBe(0)
    expect(during).toBeGreaterThan(0)
    const [name = ''] = await fs.readdir(folder)
    expect((await fs.stat(path.join(folder, name))).mode & 0o777).toBe(0o600)
    expect(await sql('SELECT FROM pg_replication_slots')).toEqual([])

    const restore = runScript('restore.mjs', [path.join(folder, name)], { DATA_DIR: otherSite.dataDir })
    expect(await restore.ended).toMatchObject({ code: 0 })
    const there = addresses(otherSite, await otherSite.run().ready)
    // The same person signs in, and the same device connects: the keys have come along.
    const again = await signIn(there, admin.email, admin.password, admin.organization)
    const stored = await readNumbers(again, device)
    const kept = new Set(stored)
    expect(kept.size).toBe(stored.length)
    expect(before.filter((n) => !kept.has(n))).toEqual([])
    const client = await connectDevice(there, device)
    await client.publishAsync(device.credential.topics.telemetry, '{"n":-1}', { qos: 1 })
    await client.endAsync()
  })

  it('keep the write-ahead log that the copy needs, however long the copy takes', async () => {
    await site.run().ready
    await makeFiller()
    await sql('CREATE TABLE written (n int)')
    const backup = backUp()
    await copying(backup)
    backup.kill('SIGSTOP')
    // Each checkpoint throws away what nobody needs any more of the log before it.
    for (const round of [1, 2, 3]) {
      await sql(`INSERT INTO written VALUES (${round})`)
      await sql('SELECT pg_switch_wal()')
      await sql('CHECKPOINT')
    }
    backup.kill('SIGCONT')
    expect(await backup.ended).toMatchObject({ code: 0 })

    const [name = ''] = await fs.readdir(folder)
    const restore = runScript('restore.mjs', [path.join(folder, name)], { DATA_DIR: otherSite.dataDir })
    expect(await restore.ended).toMatchObject({ code: 0 })
    await otherSite.run().ready
    expect(await sql('SELECT n FROM written ORDER BY n', otherSite)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('leave nothing behind when the backup is killed, stopped, or loses the database', async () => {
    const run = site.run()
    const { url } = addresses(site, await run.ready)
    await makeFiller()

    const killed = backUp()
    await copying(killed)
    killed.kill('SIGKILL')
    await killed.ended
    await eventually(async () => expect(await sql('SELECT FROM pg_replication_slots')).toEqual([]))
    await eventually(async () => expect(await sql('SELECT FROM pg_stat_progress_basebackup')).toEqual([]))

    // What the killed one could not remove, the next does.
    const stopped = backUp()
    await copying(stopped)
    expect(await fs.readdir(folder)).toHaveLength(1)
    stopped.kill('SIGINT')
    expect((await stopped.ended).code).toBe(130)
    expect(await fs.readdir(folder)).toEqual([])

    const cutOff = backUp()
    await copying(cutOff)
    const [copier] = await sql<{ pid: number }>('SELECT pid FROM pg_stat_progress_basebackup')
    if (copier === undefined) throw new Error('The copy was over before it could be cut off.')
    process.kill(copier.pid, 'SIGTERM')
    const { code, output } = await cutOff.ended
    expect(code).toBe(1)
    expect(output).toContain('was not made')
    expect(await fs.readdir(folder)).toEqual([])
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await sql(`SELECT count(*)::int FROM filler`)).toEqual([{ count: fillerRows }])
  })
})
