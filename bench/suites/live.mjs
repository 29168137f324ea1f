import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { findChromium } from '../../scripts/testing/chromium.mjs'
import { DeviceFeed, written } from '../lib/device-feed.mjs'
import { LivePage } from '../lib/live-page.mjs'
import { machineLine } from '../lib/machine.mjs'
import { growthOf } from '../lib/memory.mjs'
import { nodeOptions } from '../lib/options.mjs'
import { Platform } from '../lib/platform.mjs'
import { cpuShare } from '../lib/processors.mjs'
import { format, markdownTable } from '../lib/report.mjs'

export const summary =
  'the live page in a real Chromium: frames, tasks and memory under a flood, and from publish to redraw'

/** Seconds until the page has read its history, and browser and platform have compiled their hot code. */
const warmUpMs = 5_000

/** The goals. */
const goals = { framesPerSecond: 55, longestTaskMs: 50, redrawP99Ms: 50 }

export const options = {
  minutes: {
    type: 'string',
    default: '3',
    about: 'how long the flood lasts; 30 shows whether memory stays flat',
  },
  series: { type: 'string', default: '50', about: 'keys of the flood, each with a chart in the page' },
  rate: { type: 'string', default: '5000', about: 'samples a second of the flood' },
  'latency-rate': {
    type: 'string',
    default: '1000',
    about: 'samples a second of the run from publish to redraw',
  },
  'latency-seconds': { type: 'string', default: '30', about: 'seconds of that run' },
  'server-cpu': { type: 'string', default: '', about: 'processor of the api; none: it shares all' },
}

/** Resolves with the number of figures that miss their goal. */
export async function run(values) {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('There is no Chromium; `npm test` installs one.')
  const platform = await Platform.create({
    name: 'heliograph api',
    cpu: values['server-cpu'],
    nodeOptions: nodeOptions(values),
    pages: true,
  })
  const browser = await chromium.launch({ executablePath, args: chromiumOptions })
  console.log(`${machineLine()}, Chromium ${browser.version()}\n`)
  try {
    const bench = { values, platform, browser }
    const latency = await measureLatency(bench)
    console.log(latencyTable(latency))
    const flood = await measureFlood(bench)
    console.log(floodTable(flood))
    return problems(latency, flood).map((problem) => console.log(`- ${problem}`)).length
  } finally {
    await browser.close()
    await platform.dispose()
  }
}

/** Options for drawing without a graphics card, at 60 frames a second. */
const chromiumOptions = [
  '--no-sandbox',
  '--disable-gpu',
  '--enable-precise-memory-info',
  '--js-flags=--expose-gc',
]

/** One device, 10 keys, 100 messages a second: each sample is its own time, and so is what the page writes when it draws. */
async function measureLatency({ values, platform, browser }) {
  const series = 10
  const feed = await DeviceFeed.connect(platform, { device: 'latency', series })
  const page = await LivePage.open(browser, platform, 'latency', { charts: 3 })
  const busy = cpuShare(await page.processIds(platform))
  const sent = feed.start({ samplesPerSecond: Number(values['latency-rate']) })
  await sleep(warmUpMs)
  const before = sent.length
  const { redraws, arrivals } = await page.watchRedraws('k00', Number(values['latency-seconds']) * 1_000)
  await feed.stop()
  const others = busy()
  await page.close()
  return {
    ...latencies(sent.slice(before), arrivals, redraws),
    redraws: redraws.length,
    samples: sent.length - before,
    others,
    seconds: Number(values['latency-seconds']),
  }
}

/** For each message the time until the first redraw that shows it, or a later one, in all and in its parts. */
function latencies(sent, arrivals, redraws) {
  const parts = { acknowledged: [], received: [], drawn: [] }
  const lateMs = []
  let next = 0
  for (const { at, acknowledgedAt } of sent) {
    const value = written(at)
    while (next < redraws.length && redraws[next].value < value) next += 1
    const [redraw, arrivedAt] = [redraws[next], arrivals.get(value)]
    if (redraw === undefined) continue
    lateMs.push(redraw.at - at)
    if (acknowledgedAt === null || arrivedAt === undefined) continue
    parts.acknowledged.push(acknowledgedAt - at)
    parts.received.push(arrivedAt - acknowledgedAt)
    parts.drawn.push(redraw.at - arrivedAt)
  }
  for (const times of [lateMs, ...Object.values(parts)]) times.sort((a, b) => a - b)
  return { lateMs, parts }
}

/** All keys in charts on a page of a laptop's height; samples memory after garbage collections. */
async function measureFlood({ values, platform, browser }) {
  const series = Number(values.series)
  const feed = await DeviceFeed.connect(platform, { device: 'flood', series })
  const page = await LivePage.open(browser, platform, 'flood', { charts: series })
  const busy = cpuShare(await page.processIds(platform))
  const sent = feed.start({ samplesPerSecond: Number(values.rate) })
  const watched = await page.watchFlood(Number(values.minutes) * 60_000)
  await feed.stop()
  const others = busy()
  const notes = await page.notes()
  await page.close()
  return { ...watched, series, sent: sent.length * series, others, notes, minutes: Number(values.minutes) }
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

function latencyTable({ lateMs, parts, redraws, samples, others, seconds }) {
  const head = ['', 'messages', 'p50 ms', 'p90', 'p99', 'longest']
  const row = (name, times) => [
    name,
    format(times.length),
    ...[0.5, 0.9, 0.99, 1].map((share) => format(quantile(times, share), 1)),
  ]
  const rows = [
    row('**published → drawn**', lateMs),
    row('published → acknowledged, that is committed', parts.acknowledged),
    row('acknowledged → received by the page', parts.received),
    row('received → drawn and painted', parts.drawn),
  ]
  const notes = `${format(samples)} messages, ${format(redraws / seconds, 1)} redraws/s, others’ CPU ${format(others * 100)} %`
  return `### From publish to redraw\n\n${markdownTable(head, rows)}\n\n${notes}\n`
}

function floodTable({ frames, longTasks, heap, series, sent, others, notes, minutes, seconds }) {
  const memory = growthOf(heap)
  const head = [
    'series',
    'samples/s',
    'minutes',
    'frames/s',
    'worst second',
    'tasks over 50 ms',
    'longest ms',
    'heap MB, second and last quarter',
    'others’ CPU %',
  ]
  const row = [
    format(series),
    format(sent / seconds),
    format(minutes, 1),
    format(frames.mean, 1),
    format(frames.worst),
    format(longTasks.length),
    longTasks.length === 0 ? 'under 50' : format(Math.max(...longTasks)),
    `${format(memory.before)} and ${format(memory.after)}`,
    format(others * 100),
  ]
  return `### Under a flood\n\n${markdownTable(head, [row])}\n\nThe page says: ${notes}\n`
}

function problems({ lateMs }, { frames, longTasks, heap }) {
  const p99 = quantile(lateMs, 0.99)
  return [
    p99 > goals.redrawP99Ms &&
      `publish to redraw: p99 ${format(p99, 1)} ms; the goal is under ${goals.redrawP99Ms}`,
    frames.mean < goals.framesPerSecond &&
      `flood: ${format(frames.mean, 1)} frames/s; the goal is ${goals.framesPerSecond}`,
    longTasks.length > 0 &&
      `flood: ${longTasks.length} tasks over ${goals.longestTaskMs} ms, the longest ${format(Math.max(...longTasks))}`,
    !growthOf(heap).flat && 'flood: the page’s memory is not flat',
  ].filter(Boolean)
}
