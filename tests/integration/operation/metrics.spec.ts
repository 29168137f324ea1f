import fs from 'node:fs'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type ExposedMetric, familyOf, parseExposition, seriesSum } from '../../support/exposition.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../mqtt/support.js'
import { OwnPostgres } from '../telemetry/own-postgres.js'

const messages = 64

let platform: Platform
let admin: Administrator
let device: TestDevice
let text: string
let metrics: Map<string, ExposedMetric>

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  device = await registerDevice(admin)
  const client = await connectDevice(platform, device)
  const { telemetry } = device.credential.topics
  for (let n = 0; n < messages; n++) await client.publishAsync(telemetry, `{"n":${n}}`, { qos: 1 })
  await client.publishAsync(telemetry, 'no telemetry', { qos: 1 })
  await client.publishAsync('other/topic', 'x', { qos: 1 })
  await client.endAsync()
  for (const path of ['/api/v1/nothing/there', '/sign-in']) await (await fetch(platform.url + path)).text()
  text = await eventually(async () => {
    const read = await (await fetch(`${platform.url}/metrics`)).text()
    expect(seriesSum(read, 'heliograph_mqtt_disconnects_total')).toBe(1)
    return read
  })
  metrics = parseExposition(text)
})

afterAll(() => platform?.stop())

describe('/metrics', () => {
  it('counts telemetry by outcome, and measures its latency', () => {
    expect(seriesSum(text, 'heliograph_ingest_messages_total', { outcome: 'stored' })).toBe(messages)
    expect(seriesSum(text, 'heliograph_ingest_messages_total', { outcome: 'refused' })).toBe(1)
    expect(seriesSum(text, 'heliograph_ingest_samples_total')).toBe(messages)
    for (const until of ['checked', 'committed', 'acknowledged']) {
      const timed = seriesSum(text, 'heliograph_ingest_latency_seconds_count', { until })
      expect(timed).toBeGreaterThanOrEqual(messages / 8)
      expect(timed).toBeLessThan(messages)
    }
    const sum = (until: string) => seriesSum(text, 'heliograph_ingest_latency_seconds_sum', { until })
    expect(sum('checked')).toBeLessThan(sum('committed'))
    expect(sum('committed')).toBeLessThan(sum('acknowledged'))
    expect(seriesSum(text, 'heliograph_ingest_batch_messages_sum')).toBe(messages)
  })

  it('has the database, the health checks, and requests by route', () => {
    expect(seriesSum(text, 'heliograph_database_size_bytes')).toBeGreaterThan(1_000_000)
    expect(seriesSum(text, 'heliograph_telemetry_table_size_bytes', { table: 'sample' })).toBeGreaterThan(0)
    expect(seriesSum(text, 'heliograph_telemetry_partitions', { table: 'sample' })).toBeGreaterThan(1)
    expect(seriesSum(text, 'heliograph_database_connections')).toBeGreaterThan(0)
    for (const check of ['database', 'broker', 'web'])
      expect(seriesSum(text, 'heliograph_health_check', { check })).toBe(1)
    const requests = (labels: Record<string, string>) =>
      seriesSum(text, 'heliograph_http_request_duration_seconds_count', labels)
    expect(requests({ method: 'POST', route: '/api/v1/devices', status: '2xx' })).toBe(1)
    expect(requests({ route: '/api/auth/*' })).toBe(1)
    expect(requests({ route: 'pages' })).toBeGreaterThan(0)
    expect(requests({ route: 'none', status: '4xx' })).toBe(1)
  })

  it('has no names of organizations, devices or people', () => {
    for (const name of [device.id, admin.organization, admin.email, device.credential.username])
      expect(text).not.toContain(name)
  })

  it('answers while the database is away, and reports that', async () => {
    const postgres = await OwnPostgres.start()
    const other = await startPlatform({ env: { DATABASE_URL: postgres.url } })
    try {
      postgres.freeze()
      const read = await (await fetch(`${other.url}/metrics`)).text()
      expect(read).toMatch(/^heliograph_health_check\{check="database"\} 0$/m)
      expect(read).toMatch(/^heliograph_health_check\{check="broker"\} 1$/m)
      expect(read).not.toMatch(/^heliograph_database_size_bytes \d/m)
    } finally {
      postgres.thaw()
      await other.stop()
      await postgres.remove()
    }
  })
})

it('asks for METRICS_TOKEN when it is set', async () => {
  const token = 'ThePrometheusServer'
  await platform.restart({ METRICS_TOKEN: token })
  const read = (headers: Record<string, string>) => fetch(`${platform.url}/metrics`, { headers })
  const refused = await read({ authorization: 'Bearer wrong' })
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="Heliograph"',
  ])
  expect((await read({})).status).toBe(401)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => read({ authorization: `Bearer ${token}` })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
})

describe('docs/metrics.md', () => {
  it('lists every exported metric with its type and labels', () => {
    const documented = new Map(
      documentedRows().map(({ name, type, labels }) => [name, { type, labels: new Set(labels) }]),
    )
    const own = [...metrics].filter(([name]) => name.startsWith('heliograph_'))
    expect([...documented.keys()].sort()).toEqual(own.map(([name]) => name).sort())
    for (const [name, { type, labels }] of own) {
      expect([name, documented.get(name)?.type]).toEqual([name, type])
      const unknown = [...labels].filter(
        (label) => label !== 'le' && !documented.get(name)?.labels.has(label),
      )
      expect([name, unknown]).toEqual([name, []])
    }
  })
})

describe('deploy/grafana', () => {
  it.each(queries())('queries exported metrics only: %s', (query) => {
    const { series, labels, errors } = readQuery(query)
    expect(errors).toEqual([])
    expect(series.length).toBeGreaterThan(0)
    const known = new Set(['le', 'job', 'instance', ...documentedRows().flatMap((row) => row.labels), 'kind'])
    for (const name of series) expect([name, metrics.has(familyOf(name, metrics))]).toEqual([name, true])
    expect(labels.filter((label) => !known.has(label))).toEqual([])
  })
})

function documentedRows(): { name: string; type: string; labels: string[] }[] {
  const document = fs.readFileSync(inProject('docs/metrics.md'), 'utf8')
  return [...document.matchAll(/^\| *`(heliograph_\w+)` *\| *(\w+) *\|([^|]*)\|/gm)].map(
    ([, name = '', type = '', labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    }),
  )
}

/** Every expression of the dashboard, its variables and its annotations. */
function queries(): string[] {
  const found: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('expr' in value && typeof value.expr === 'string') found.push(value.expr)
    if ('definition' in value && typeof value.definition === 'string') found.push(value.definition)
    for (const inner of Object.values(value)) walk(inner)
  }
  walk(JSON.parse(fs.readFileSync(inProject('deploy/grafana/dashboards/heliograph.json'), 'utf8')))
  return [...new Set(found)]
}

/** Reads PromQL with Prometheus' own grammar. `label_values(series, label)` is Grafana's. */
function readQuery(query: string): { series: string[]; labels: string[]; errors: string[] } {
  const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? []
  const text = (selector ?? query).replaceAll('$__rate_interval', '1m')
  const series: string[] = []
  const labels = label === undefined ? [] : [label]
  const errors: string[] = []
  parser.parse(text).iterate({
    enter(node) {
      const part = text.slice(node.from, node.to)
      if (node.type.isError) errors.push(`${part || 'something is missing'} at ${node.from}`)
      if (node.name === 'Identifier') series.push(part)
      if (node.name === 'LabelName') labels.push(part)
    },
  })
  return { series, labels, errors }
}
