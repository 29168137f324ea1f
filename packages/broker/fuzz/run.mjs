#!/usr/bin/env node
// `npm run fuzz -- --minutes N`: attacks the broker with generated packets, frames and sequences; see README.md.
import { parseArgs } from 'node:util'
import { Campaign, generated } from './engine/campaign.mjs'
import { keep, readCase, readCorpus } from './engine/corpus.mjs'
import { targetNames } from './engine/target.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    transport: { type: 'string' },
    target: { type: 'string', default: 'heliograph' },
    parallel: { type: 'string', default: '24' },
    corpus: { type: 'boolean', default: false },
    'no-keep': { type: 'boolean', default: false },
  },
})

const minutes = Number(values.minutes)
const seed = Number(values.seed)
const target = targetNames.find((name) => name === values.target)
const transports = /** @type {const} */ (['tcp', 'ws']).filter((name) => (values.transport ?? name) === name)
const parallel = Number(values.parallel)
if (!(minutes > 0) || !Number.isInteger(seed) || !target || transports.length === 0 || !(parallel > 0)) {
  console.error(
    'usage: npm run fuzz -- [--minutes N] [--seed S] [--transport tcp|ws] [--target heliograph|plain-aedes] ' +
      '[--parallel N] [--no-keep] [--corpus | FILE…]',
  )
  process.exit(2)
}

const isReplay = values.corpus || positionals.length > 0
const campaign = new Campaign({
  target,
  answerTimeoutMs: 20_000,
  parallel,
  checkEvery: isReplay ? 4 : 150,
  minimiseMs: isReplay ? 0 : 60_000,
})
const endsAtMs = Date.now() + minutes * 60_000
const files = values.corpus
  ? readCorpus().map(({ attack }) => attack)
  : positionals.map((file) => readCase(file))
const attacks = isReplay ? files : generated(seed, transports)
let nextReportMs = 0

console.log(
  isReplay ? `replaying ${files.length}` : `seed ${seed}, ${transports.join(' and ')}, ${minutes} min`,
)
await campaign.play(attacks, {
  isOver: () => !isReplay && (Date.now() > endsAtMs || campaign.failures.length >= 20),
  onProgress: () => {
    if (Date.now() < nextReportMs) return
    nextReportMs = Date.now() + 15_000
    report()
  },
  onFailure: ({ finding, attack, reproduced }) => {
    console.error(`\nFOUND ${finding.message}${reproduced ? '' : ' (not reproduced alone)'}`)
    if (!isReplay && !values['no-keep']) console.error(`kept as ${keep(attack)}`)
    else console.error(JSON.stringify(attack).slice(0, 2_000))
  },
})
report()
console.log(`${campaign.failures.length} found`)
process.exitCode = campaign.failures.length > 0 ? 1 : 0

function report() {
  const { played, delivered, slowestWitnessMs, slowestTurnMs, crashes, memory } = campaign
  const last = memory.at(-1)
  const mebibytes = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1)
  const used = last
    ? `heap ${mebibytes(last.heapBytes)}, buffers ${mebibytes(last.bufferBytes)}, resident ${mebibytes(last.residentBytes)} MiB`
    : ''
  console.log(
    `${played} attacks; witness: ${delivered} delivered, slowest ${slowestWitnessMs} ms; ` +
      `slowest turn ${slowestTurnMs} ms; ${crashes} times killed and back; ${used}`,
  )
}
