import http from 'node:http'
import pg from 'pg'
import { startupOptions } from '../../apps/api/dist/foundation/database/pool-settings.js'
import { latestStatement } from '../../apps/api/dist/telemetry/history/latest/latest-statement.js'
import { numbersStatement } from '../../apps/api/dist/telemetry/history/points/preselect.js'
import { chunkStatement } from '../../apps/api/dist/telemetry/history/query/sample-reader.js'
import { devicesOfPage, fillHistory, monthBeginUs, monthUs } from '../lib/history-table.mjs'
import { machineLine } from '../lib/machine.mjs'
import { growthOf, watchMemory } from '../lib/memory.mjs'
import { nodeOptions } from '../lib/options.mjs'
import { Platform } from '../lib/platform.mjs'
import { processorMs } from '../lib/processor-time.mjs'
import { format, markdownTable, ratioText } from '../lib/report.mjs'

export const summary =
  'a month of a sample a second as 1,000 points, latest values and CSV, over 20 million samples'

const million = 1_000_000
const goals = { pointsMs: 30, growth: 1.3, latestMs: 10 }

export const options = {
  samples: { type: 'string', default: '20', about: 'millions of samples in the large table' },
  rounds: { type: 'string', default: '5', about: 'how often each has its turn' },
  requests: { type: 'string', default: '40', about: 'requests of one turn' },
  'server-cpu': {
    type: 'string',
    default: '',
    about: 'processor of the api; none: it shares all with PostgreSQL',
  },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  console.log(`${machineLine()}\n`)
  const tables = []
  const problems = []
  try {
    for (const samples of [1, Number(values.samples)]) tables.push(await makeTable(values, samples * million))
    console.log(await pointsTable(values, tables, problems))
    console.log(await latestTable(values, tables.at(-1), problems))
    console.log(await csvTable(tables.at(-1), problems))
  } finally {
    for (const table of tables) {
      await table.client.end()
      await table.platform.dispose()
    }
  }
  for (const problem of problems) console.log(`- ${problem}`)
  return problems.length
}

const figureNames = ['p50 ms', 'p95 ms', 'api CPU ms', 'PostgreSQL CPU ms', 'p50, to ours']

function figures(one, ours) {
  const [api, postgres] = one.processor
  return [
    format(one.p50, 1),
    format(one.p95, 1),
    format(api, 1),
    format(postgres, 1),
    ratioText(one.p50, ours.p50),
  ]
}

/** A separate platform, whose dev-0 has a sample a second in the month, or all samples of the table. */
async function makeTable(values, samples) {
  const platform = await Platform.create({
    name: `heliograph api, ${samples / million} M`,
    cpu: values['server-cpu'],
    nodeOptions: nodeOptions(values),
  })
  await platform.accounts.devices(devicesOfPage + 10)
  const startedAt = performance.now()
  const perMonth = Math.min(samples, monthUs / million)
  const ids = await fillHistory(platform.pool, { samples, perMonth })
  const client = new pg.Client({ connectionString: platform.databaseUrl, options: startupOptions('history') })
  await client.connect()
  const { rows } = await client.query('SELECT count(*)::int AS count FROM telemetry.sample')
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  console.log(
    `${format(rows[0].count)} samples, ${format(perMonth)} of them the month that is read; filled in ${seconds} s`,
  )
  return { platform, client, samples, perMonth, get: await getter(platform), ...ids }
}

/** Reads over one persistent connection, as a browser does. */
async function getter(platform) {
  const { ws: port } = await platform.start()
  const agent = new http.Agent({ keepAlive: true })
  const headers = { authorization: platform.accounts.authorization }
  return (path, onData = () => {}) =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`GET ${path} answered ${response.statusCode}`))
        let bytes = 0
        response.on('data', (chunk) => {
          bytes += chunk.length
          onData(chunk)
        })
        response.on('end', () => resolve(bytes))
        response.on('error', reject)
      })
      request.on('error', reject)
    })
}

const month = `from=${monthBeginUs / 1_000}&to=${(monthBeginUs + monthUs) / 1_000}`

async function pointsTable(values, tables, problems) {
  const contestants = tables.flatMap((table) => {
    const name = `${format(table.samples / million)} M samples`
    const path = `/api/v1/devices/dev-0/telemetry?keys=value-0&${month}&points=1000`
    return [
      { name: `${name}: REST, 1,000 points`, kind: 'ours', table, rest: true, once: () => table.get(path) },
      {
        name: `${name}: the bare SQL of it through pg`,
        kind: 'floor',
        table,
        once: () => bare(table, hours(table)),
      },
      {
        name: `${name}: 1,000 buckets from raw samples`,
        kind: 'peer',
        table,
        few: true,
        once: () => bare(table, naive(table)),
      },
    ]
  })
  const measured = await inTurns(values, contestants)
  const [small, large] = measured.filter(({ kind }) => kind === 'ours')
  if (large.p95 >= goals.pointsMs)
    problems.push(`1,000 points: p95 ${format(large.p95, 1)} ms instead of < ${goals.pointsMs}`)
  if (large.p95 > goals.growth * small.p95)
    problems.push(
      `1,000 points: ${ratioText(large.p95, small.p95)} times the small table instead of ≤ ${goals.growth}`,
    )
  const rows = measured.map((one) => {
    const ours = measured.find(({ kind, table }) => kind === 'ours' && table === one.table)
    return [one.name, ...figures(one, ours), ratioText(one.p95, small.p95)]
  })
  const head = ['', ...figureNames, 'p95, to ours over 1 M']
  return `\n### One key, 30 days, 1,000 points\n\n${markdownTable(head, rows)}\n`
}

async function latestTable(values, table, problems) {
  const ids = Array.from({ length: devicesOfPage }, (_, index) => `dev-${index + 10}`)
  const contestants = [
    { name: 'REST', table, rest: true, once: () => table.get(`/api/v1/telemetry/latest?devices=${ids}`) },
    {
      name: 'the bare SQL of it through pg',
      table,
      once: () =>
        bare(table, latestStatement({ organizationId: table.organizationId, tags: null }, ids, null)),
    },
  ]
  const [ours, floor] = await inTurns(values, contestants)
  if (ours.p95 >= goals.latestMs)
    problems.push(`latest: p95 ${format(ours.p95, 1)} ms instead of < ${goals.latestMs}`)
  const rows = [ours, floor].map((one) => [one.name, ...figures(one, ours)])
  return `### Latest of ${devicesOfPage} devices\n\n${markdownTable(['', ...figureNames], rows)}\n`
}

async function csvTable(table, problems) {
  const { pids } = await table.platform.start()
  const stopWatching = watchMemory(pids[0], 250)
  let lines = -1
  const rest = await timed(() =>
    table.get(`/api/v1/devices/dev-0/telemetry?keys=value-0&${month}&format=csv`, (chunk) => {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
    }),
  )
  const memory = growthOf(stopWatching())
  if (lines !== table.perMonth) problems.push(`CSV: ${lines} lines of ${table.perMonth}`)
  if (!memory.flat)
    problems.push(`CSV: memory is not flat: ${format(memory.before)} and ${format(memory.after)} MB`)
  const floor = await timed(() => readAll(table))
  const perSecond = (ms) => (table.perMonth * 1_000) / ms
  const rows = [
    ['REST, CSV', format(perSecond(rest)), '1.00', `${format(memory.before)} and ${format(memory.after)}`],
    ['the bare SQL of it through pg', format(perSecond(floor)), ratioText(rest, floor), '–'],
  ]
  const head = ['', 'rows/s', 'to ours', 'api RSS MB, second and last quarter']
  return `### CSV of the ${format(table.perMonth)} samples\n\n${markdownTable(head, rows)}\n`
}

/** Reads the chunks that the api reads, without formatting them. */
async function readAll(table) {
  let nextUs = monthBeginUs
  for (let count = -1; count !== 0; ) {
    const series = [{ series: table, nextUs }]
    const rows = await bare(
      table,
      chunkStatement(series, nextUs, monthBeginUs + monthUs, 4_000, 8 * 1024 * 1024),
    )
    count = rows.length
    nextUs = (rows.at(-1)?.ts ?? 0) + 1
  }
}

async function bare({ client }, { text, values }) {
  return (await client.query(text, [...values])).rows
}

function hours(table) {
  const range = { fromUs: monthBeginUs, toUs: monthBeginUs + monthUs }
  return numbersStatement({ series: [table], resolution: 'hour', ...range, points: 1_000 })
}

/** Aggregates each bucket from all of its samples, as a platform without roll-ups does. */
function naive({ deviceKey, keyId }) {
  return {
    text: `SELECT (ts - $3::bigint) / $5::bigint AS bucket, min(number) AS min, max(number) AS max
      FROM telemetry.sample WHERE device_key = $1 AND key_id = $2 AND ts >= $3 AND ts < $4 GROUP BY 1 ORDER BY 1`,
    values: [deviceKey, keyId, monthBeginUs, monthBeginUs + monthUs, monthUs / 500],
  }
}

/**
 * Runs each in turn, A B C A B C; the slow ones three times a turn. Processor time is reported too, because it depends
 * less on other processes than the clock does.
 */
async function inTurns(values, contestants) {
  const measured = contestants.map((contestant) => ({ ...contestant, times: [], apiMs: 0, postgresMs: 0 }))
  for (const { once } of contestants) for (let warm = 0; warm < 3; warm++) await once()
  for (let round = 0; round < Number(values.rounds); round++)
    for (const one of measured) {
      const before = await processorTime(one)
      for (let n = 0; n < (one.few ? 3 : Number(values.requests)); n++) one.times.push(await timed(one.once))
      const after = await processorTime(one)
      one.apiMs += after.api - before.api
      one.postgresMs += after.postgres - before.postgres
    }
  return measured.map((one) => ({
    ...one,
    p50: quantile(one.times, 0.5),
    p95: quantile(one.times, 0.95),
    processor: [one.rest ? one.apiMs / one.times.length : undefined, one.postgresMs / one.times.length],
  }))
}

/** Processor time of the api and of the PostgreSQL processes that work for it or for the bare SQL. */
async function processorTime({ table: { platform, client }, rest }) {
  const { pids } = await platform.start()
  if (!rest) return { api: 0, postgres: processorMs([client.processID]) }
  const { rows } = await platform.pool.query(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'heliograph%'",
  )
  return { api: processorMs(pids), postgres: processorMs(rows.map(({ pid }) => pid)) }
}

async function timed(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function quantile(times, fraction) {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]
}
