import { parseArgs } from 'node:util'
import { commonOptions, describeOptions } from './lib/options.mjs'

const suites = [
  'broker',
  'versions',
  'paired',
  'api',
  'connections',
  'sessions',
  'fairness',
  'siege',
  'soak',
  'ingest',
  'history',
  'live',
]

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !suites.includes(name)) {
  const isHelp = name === '--help' || name === '-h'
  console.log(await overview())
  process.exit(isHelp ? 0 : 2)
}
// Whoever measures may lose patience; the servers go with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const suite = await import(`./suites/${name}.mjs`)
const options = { ...commonOptions, ...suite.options }
try {
  const { values } = parseArgs({ args: rest, options: parserOptions(options) })
  if (values.help) console.log(`${suite.summary}\n\n${describeOptions(options)}`)
  else process.exitCode = (await suite.run(values)) && values.strict ? 1 : 0
} catch (error) {
  console.error(`bench ${name}: ${error.code?.startsWith('ERR_PARSE_ARGS') ? error.message : error.stack}`)
  process.exitCode = 2
}
// A server that hangs must not hold up whoever waits for the figures.
process.exit()

async function overview() {
  const modules = await Promise.all(suites.map((suite) => import(`./suites/${suite}.mjs`)))
  const lines = suites.map((suite, index) => `  ${suite.padEnd(12)} ${modules[index].summary}`)
  return [
    'usage: npm run bench -- SUITE [options]',
    '',
    ...lines,
    '',
    'SUITE --help lists the options.',
  ].join('\n')
}

/** What `parseArgs` takes: without our descriptions. */
function parserOptions(described) {
  return Object.fromEntries(Object.entries(described).map(([name, { about, ...option }]) => [name, option]))
}
