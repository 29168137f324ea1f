import { parseArgs } from 'node:util'

const suites = ['broker']
const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !suites.includes(name)) {
  console.error(`usage: npm run bench -- SUITE [options]\nsuites: ${suites.join(', ')}`)
  process.exit(2)
}
const suite = await import(`./suites/${name}.mjs`)
const { values } = parseArgs({ args: rest, options: suite.options })
await suite.run(values)
