import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StartSite } from '../support/supervised.js'

/** Some start a whole platform first, and other suites may run beside it. */
const slowMs = 240_000

let site: StartSite

beforeEach(async () => {
  site = await StartSite.create()
})

afterEach(() => site.remove())

/** Runs it to its end and returns what it said. */
async function refusal(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const run = site.run(env)
  expect(await run.exited).toBe(1)
  expect(run.output()).not.toMatch(/^\s+at /m)
  return run.output()
}

describe('npm start refuses, and says why and what to do', { timeout: slowMs }, () => {
  it('when the port is taken, and by which process', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(Number(site.env.PORT), '127.0.0.1', resolve))
    const message = await refusal()
    server.close()
    expect(message).toContain(`Port ${site.env.PORT} on 127.0.0.1 is taken by`)
    expect(message).toContain(`process ${process.pid}`)
    expect(message).toMatch(/PORT=\d+ npm start/)
  })

  it('when the port of MQTT is taken', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(Number(site.env.MQTT_PORT), '127.0.0.1', resolve))
    const message = await refusal()
    server.close()
    expect(message).toContain('MQTT_PORT=0 npm start')
  })

  it('when another instance runs on the data directory, which stays unchanged', async () => {
    const first = site.run()
    const url = await first.ready
    const message = await refusal({ PORT: '1', MQTT_PORT: '0' })
    expect(message).toContain(
      `already runs on the data directory ${site.dataDir}: process ${first.pid}, at ${url}`,
    )
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('when the data directory holds foreign files, which stay unchanged', async () => {
    await fs.mkdir(site.dataDir)
    await fs.writeFile(path.join(site.dataDir, 'thesis.txt'), 'years of work')
    expect(await refusal()).toContain('holds files that are not Heliograph’s (thesis.txt)')
    expect(await fs.readdir(site.dataDir)).toEqual(['thesis.txt'])
  })

  it('when the data directory is that of another PostgreSQL', async () => {
    await fs.mkdir(site.dataDir)
    await fs.writeFile(path.join(site.dataDir, 'PG_VERSION'), '15\n')
    expect(await refusal()).toContain('is the data directory of a PostgreSQL server of its own')
  })

  it('when the database is of another major version, misses files, or is gone', async () => {
    const run = site.run()
    await run.ready
    run.kill('SIGTERM')
    await run.exited
    const cluster = path.join(site.dataDir, 'postgres')

    const version = await fs.readFile(path.join(cluster, 'PG_VERSION'), 'utf8')
    await fs.writeFile(path.join(cluster, 'PG_VERSION'), '16\n')
    expect(await refusal()).toMatch(
      /was made by PostgreSQL 16[\s\S]*Nothing in it was changed[\s\S]*docs\/backup\.md/,
    )
    await fs.writeFile(path.join(cluster, 'PG_VERSION'), version)

    await fs.rename(path.join(cluster, 'global'), path.join(site.dataDir, 'global'))
    expect(await refusal()).toMatch(/is damaged: global\/pg_control is missing[\s\S]*backup/)
    await fs.rename(path.join(site.dataDir, 'global'), path.join(cluster, 'global'))

    await fs.truncate(path.join(cluster, 'global', 'pg_control'), 100)
    expect(await refusal()).toMatch(/PostgreSQL does not start on the data directory[\s\S]*backup/)

    await fs.rm(cluster, { recursive: true })
    expect(await refusal()).toMatch(/is gone[\s\S]*backup/)
  })

  it('when a variable is invalid', async () => {
    expect(await refusal({ PORT: 'http' })).toContain('PORT is "http"; a port is a number from 1 to 65535')
    expect(await refusal({ DATABASE_URL: 'mysql://x' })).toContain(
      'DATABASE_URL is not the address of a PostgreSQL',
    )
  })

  it('when the server of DATABASE_URL does not answer', async () => {
    const message = await refusal({ DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/heliograph' })
    expect(message).toMatch(/does not answer[\s\S]*DATABASE_URL/)
  })
})
