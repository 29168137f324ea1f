import fs from 'node:fs'
import type { IssuedApplication } from '@heliograph/protocol'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { createApplication } from '../applications/support.js'
import { connectDevice, eventually, registerDevice, type TestDevice, watch } from '../mqtt/support.js'
import { apiKey } from '../rest/callers.js'

interface DataSource {
  uid: string
  type: string
  url?: string
  jsonData: Record<string, unknown>
  secureJsonData: Record<string, string>
}

interface Column {
  selector: string
  type: 'timestamp_epoch' | 'string' | 'number'
}

interface InfinityQuery {
  url: string
  url_options: { method: string; params: { key: string; value: string }[] }
  root_selector: string
  columns: Column[]
}

interface Panel {
  title: string
  datasource: { type: string; uid: string }
  targets: (InfinityQuery & { topic: string })[]
}

interface Variable {
  name: string
  query: string | { infinityQuery: InfinityQuery }
}

const folder = inProject('examples/grafana')
const read = (file: string) => fs.readFileSync(`${folder}/${file}`, 'utf8')

/** Grafana itself is not run here: its data sources and queries are read from the files, and asked by fetch and MQTT.js. */
describe('examples/grafana', () => {
  let platform: Platform
  let admin: Administrator
  let devices: TestDevice[]
  let application: IssuedApplication
  let environment: Record<string, string>
  const ts = Date.now() - 60_000
  const dashboard = JSON.parse(read('dashboards/devices.json')) as {
    panels: Panel[]
    templating: { list: Variable[] }
  }

  beforeAll(async () => {
    platform = await startPlatform()
    admin = await createAdministrator(platform, 'main')
    devices = [await registerDevice(admin, 'pump-7'), await registerDevice(admin, 'pump-8')]
    const subscribe = ['main/devices/+/telemetry']
    application = await createApplication(admin, { name: 'Grafana', subscribe })
    environment = {
      HELIOGRAPH_URL: platform.url,
      HELIOGRAPH_API_KEY: (await apiKey(platform, admin, 'viewer')).key,
      HELIOGRAPH_MQTT_URL: platform.mqttTcpUrl,
      HELIOGRAPH_USERNAME: application.username,
      HELIOGRAPH_PASSWORD: application.password,
    }
    for (const [index, device] of devices.entries()) {
      const client = await connectDevice(platform, device)
      const values = { temperature: 21.5 + index, ok: true, note: 'dry' }
      await client.publishAsync(device.credential.topics.telemetry, JSON.stringify({ ts, values }), {
        qos: 1,
      })
      await client.endAsync()
    }
  })
  afterAll(() => platform?.stop())

  const dataSource = (uid: string): DataSource => {
    const text = read('provisioning/datasources/heliograph.yml')
    const filled = text.replace(/\$(\w+)/g, (_, name) => environment[name] ?? `no ${name}`)
    const found = (parse(filled) as { datasources: DataSource[] }).datasources.find((one) => one.uid === uid)
    if (found === undefined) throw new Error(`there is no data source ${uid}`)
    return found
  }

  const panel = (title: string): Panel => {
    const found = dashboard.panels.find((one) => one.title === title)
    if (found === undefined) throw new Error(`there is no panel ${title}`)
    return found
  }

  /** As Grafana fills in its variables: ids with commas, and the shown time in epoch milliseconds. */
  function interpolate(text: string, device = 'pump-7,pump-8'): string {
    const chosen = { organization: 'main', device, keys: 'temperature' }
    const shown = { __from: String(ts - 3_600_000), __to: String(ts + 3_600_000) }
    const values = new Map(Object.entries({ ...chosen, ...shown }))
    return text.replace(/\$\{(\w+)(?::csv)?\}/g, (variable, name) => values.get(name) ?? variable)
  }

  /** Asks as Infinity does: the address of the data source before that of the query, and its token as bearer. */
  async function ask(uid: string, { url, url_options, root_selector, columns }: InfinityQuery) {
    const { url: base = '', jsonData, secureJsonData } = dataSource(uid)
    expect(jsonData).toMatchObject({ auth_method: 'bearerToken', allowedHosts: [base] })
    const address = new URL(base + url)
    for (const { key, value } of url_options.params) address.searchParams.append(key, interpolate(value))
    expect(address.href).not.toContain('$')
    const answer = await fetch(address, {
      method: url_options.method,
      headers: { authorization: `Bearer ${secureJsonData.bearerToken}` },
    })
    expect([address.pathname, answer.status]).toEqual([address.pathname, 200])
    const rows = ((await answer.json()) as Record<string, Record<string, unknown>[]>)[root_selector] ?? []
    return rows.map((row) =>
      Object.fromEntries(columns.map(({ selector, type }) => [selector, cell(row[selector], type)])),
    )
  }

  /** Fails on a value of another type than the column says. */
  function cell(value: unknown, type: Column['type']): unknown {
    if (type === 'string') return String(value)
    if (typeof value !== 'number') throw new Error(`${JSON.stringify(value)} is no ${type}`)
    return value
  }

  it('is let in, and nowhere but to the platform', async () => {
    const { jsonData, secureJsonData, type } = dataSource('heliograph-history')
    expect(type).toBe('yesoreyeram-infinity-datasource')
    const headers = { authorization: `Bearer ${secureJsonData.bearerToken}` }
    expect((await fetch(String(jsonData.customHealthCheckUrl), { headers })).status).toBe(200)
  })

  it('lists the devices as a variable', async () => {
    const variable = dashboard.templating.list.find(({ name }) => name === 'device')
    if (typeof variable?.query !== 'object') throw new Error('the variable has no query')
    const rows = await ask('heliograph-history', variable.query.infinityQuery)
    expect(rows).toEqual([{ id: 'pump-7' }, { id: 'pump-8' }])
  })

  it('draws the history of the devices and keys that are chosen', async () => {
    const { datasource, targets } = panel('History')
    for (const query of targets) {
      const rows = await ask(datasource.uid, query)
      expect(rows.map(({ device, key, value }) => [device, key, value])).toEqual([
        ['pump-7', 'temperature', 21.5],
        ['pump-8', 'temperature', 22.5],
      ])
      for (const row of rows) expect(Math.abs(Number(row.ts) - ts)).toBeLessThan(3_600_000)
    }
  })

  it('shows the last value of each key', async () => {
    const { datasource, targets } = panel('Last values')
    for (const query of targets) {
      const rows = await ask(datasource.uid, query)
      expect(rows).toHaveLength(6)
      expect(rows).toContainEqual({ device: 'pump-8', key: 'note', value: 'dry', ts })
    }
  })

  it('draws live values, of each device in a panel of its own', async () => {
    const { datasource, targets } = panel('Live: $device')
    const { jsonData, secureJsonData, type } = dataSource(datasource.uid)
    expect(type).toBe('grafana-mqtt-datasource')
    const topic = interpolate(targets[0]?.topic ?? '', 'pump-7')
    const options = { username: String(jsonData.username), ...secureJsonData, protocolVersion: 4 } as const
    const client = await mqtt.connectAsync(String(jsonData.uri), { ...options, reconnectPeriod: 0 }, false)
    const seen = await watch(client, topic)
    const [device] = devices
    const sender = await connectDevice(platform, device as TestDevice)
    await sender.publishAsync(device?.credential.topics.telemetry ?? '', '{"temperature":25}', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual([{ temperature: 25 }]))
    await Promise.all([client.endAsync(), sender.endAsync()])
  })
})
