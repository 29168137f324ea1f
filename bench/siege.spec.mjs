import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Latencies } from './lib/siege/latencies.mjs'
import { scenarios } from './lib/siege/scenarios/all.mjs'
import { toldText } from './lib/siege/told.mjs'
import { problemsOf, siegeTable } from './lib/siege/verdict.mjs'
import { options } from './suites/siege.mjs'

const measures = ['puback', 'page', 'rest', 'connect', 'signIn']
const phase = (p99) => Object.fromEntries(measures.map((name) => [name, { p99, failures: 0 }]))
const quiet = {
  title: 'an attack',
  before: phase(100),
  during: phase(150),
  after: phase(100),
  memory: { idleMib: 200, apiMib: 300, databaseMib: 50 },
  told: { 'HTTP 503': 1_200 },
  others: 0,
  recoveredMs: 100,
}
const bounds = { memoryMib: 1_024 }

async function bench(...args) {
  const run = promisify(execFile)(process.execPath, [`${import.meta.dirname}/run.mjs`, ...args])
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }) => ({ code, text: stderr }),
  )
}

test('the help names each scenario and option', async () => {
  const { code, text } = await bench('siege', '--help')
  expect(code).toBe(0)
  for (const name of [...Object.keys(scenarios), ...Object.keys(options)]) expect(text).toContain(name)
})

test('an unknown scenario ends with 2 and names those that there are', async () => {
  const { code, text } = await bench('siege', '--scenario', 'pipelining,tickling')
  expect(code).toBe(2)
  expect(text).toContain('no scenario tickling; there are: nothing, pipelining')
})

test('a bystander that is served as before is no problem', () => {
  expect(problemsOf([quiet], bounds)).toEqual([])
})

test('twice as long is a problem, except below what noise is', () => {
  const slow = { ...quiet, during: { ...phase(150), puback: { p99: 2_050, failures: 0 } } }
  expect(problemsOf([slow], bounds)).toEqual(['PUBACK took 2,050 ms, 20.5 times as long'])
  const noisy = { ...quiet, before: phase(1), during: phase(19) }
  expect(problemsOf([noisy], bounds)).toEqual([])
})

test.each([
  [
    'refusals',
    { during: { ...phase(100), signIn: { p99: 100, failures: 3 } } },
    'sign-in was refused 3 times',
  ],
  ['memory', { memory: { idleMib: 200, apiMib: 4_200, databaseMib: 50 } }, 'the api took 4,200 MiB'],
  ['silence', { recoveredMs: undefined }, 'the platform did not answer afterwards'],
  ['findings', { finding: { note: '480 tables were made', problem: true } }, '480 tables were made'],
])('%s are a problem', (_name, seen, problem) => {
  expect(problemsOf([{ ...quiet, ...seen }], bounds)).toEqual([problem])
})

test('the table has the figures, and what the attacker was told', () => {
  const table = siegeTable(new Map([['attack', [quiet]]]), { seconds: '12', memory: '1024' })
  expect(table).toContain('100 → 150 → 100')
  expect(table).toContain('200 → 300')
  expect(table).toContain('1,200 × HTTP 503')
})

test('the most frequent answers come first, and many kinds are summed up', () => {
  const counts = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`kind ${index}`, index + 1]))
  expect(toldText(counts)).toMatch(/^9 × kind 8, .*, 2 more kinds$/)
  expect(toldText({})).toBe('nothing')
})

test('what is not done yet counts as late as it is', () => {
  const latencies = new Latencies()
  latencies.begin(performance.now())()
  latencies.begin(performance.now() - 5_000)
  const { p50, p99, undone } = latencies.report()
  expect(p50).toBeLessThan(p99)
  expect(p99).toBeGreaterThanOrEqual(5_000)
  expect(undone).toBe(1)
})
