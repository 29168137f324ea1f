import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList } from '../lib/options.mjs'
import { besiege } from '../lib/siege/besiege.mjs'
import { scenarios } from '../lib/siege/scenarios/all.mjs'
import { floorsMs, problemsOf, siegeTable } from '../lib/siege/verdict.mjs'

const floors = Object.entries(floorsMs).map(([measure, ms]) => `${measure} ${ms} ms`)

export const summary =
  'what one attacker costs a bystander of another organization, in sixteen ways, and what it is told'

export const options = {
  scenario: { type: 'string', default: Object.keys(scenarios).join(','), about: 'some of these' },
  rounds: { type: 'string', default: '1', about: 'how often each has its turn; medians are shown' },
  seconds: {
    type: 'string',
    default: '12',
    about: 'of the attack; all scenarios take 11 to 13 minutes with the default',
  },
  before: { type: 'string', default: '10', about: 'seconds before the attack, which it is compared with' },
  after: { type: 'string', default: '5', about: 'seconds after it' },
  memory: { type: 'string', default: '1024', about: 'MiB that the api may take' },
  strict: {
    type: 'boolean',
    default: false,
    about:
      'exit with 1 when a p99 of the bystander is more than twice of what it was ' +
      `(and more than ${floors.join(', ')}), the bystander is refused, the api takes more memory, or it does not answer`,
  },
  'attacker-niceness': {
    type: 'string',
    default: '19',
    about: 'of the attacker: less than 19 where other programs of niceness 19 take its processor',
  },
  'server-cpu': {
    type: 'string',
    default: '',
    about: 'processor of the api; none: it shares all with PostgreSQL',
  },
  'load-cpu': {
    type: 'string',
    default: '1',
    about: 'processor of bystander and attacker; the attacker gets what is left',
  },
}

/** Resolves with the number of scenarios in which others did not keep their share. */
export async function run(values) {
  const chosen = parseList(values.scenario, Object.keys(scenarios), 'scenario')
  const bounds = { memoryMib: Number(values.memory) }
  const runs = new Map(chosen.map((name) => [name, []]))
  const problems = []
  console.log(`${machineLine()}\n`)
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of chosen) {
      const result = await besiegeOrTell(name, values, problems)
      if (result === undefined) continue
      runs.get(name).push(result)
      console.error(`${name}: ${problemsOf([result], bounds).join('; ') || 'kept'}`)
    }
  }
  const measured = new Map([...runs].filter(([, results]) => results.length > 0))
  console.log(siegeTable(measured, values))
  for (const [name, results] of measured)
    for (const problem of problemsOf(results, bounds)) problems.push(`${name}: ${problem}`)
  for (const problem of problems) console.log(`- ${problem}`)
  return problems.length
}

/** A scenario that cannot run is a problem of its own, and the others have their turn. */
async function besiegeOrTell(name, values, problems) {
  try {
    return await besiege(name, scenarios[name], { ...values, nodeOptions: nodeOptions(values) })
  } catch (error) {
    problems.push(`${name}: did not run: ${error.message}`)
    console.error(`${name}: ${error.stack}`)
    return undefined
  }
}
