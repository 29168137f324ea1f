import { describe, expect, it } from 'vitest'
import { Campaign, generated } from './engine/campaign.mjs'
import { readCase, readCorpus } from './engine/corpus.mjs'

const limitMs = 120_000
const plan = { answerTimeoutMs: 20_000, parallel: 12, checkEvery: 30, minimiseMs: 0 }

describe('fuzzing, the part that is the same every time', () => {
  it('plays every attack of the corpus without a finding', { timeout: limitMs }, async () => {
    const corpus = readCorpus().map(({ attack }) => attack)
    const campaign = new Campaign({ ...plan, target: 'heliograph' })
    await campaign.play(corpus)
    expect(messages(campaign)).toEqual([])
    expect(campaign.played).toBe(corpus.length)
  })

  it('plays generated attacks of a fixed seed without a finding', { timeout: limitMs }, async () => {
    const campaign = new Campaign({ ...plan, target: 'heliograph' })
    await campaign.play(take(80, generated(1, ['tcp', 'ws'])))
    expect(messages(campaign)).toEqual([])
    expect(campaign.delivered).toBeGreaterThan(0)
    expect(campaign.crashes).toBeGreaterThan(0)
  })

  it('can fail: it finds the stack overflow of plain aedes', { timeout: limitMs }, async () => {
    const campaign = new Campaign({ ...plan, target: 'plain-aedes' })
    await campaign.play([readCase(new URL('./corpus/seed-01-recursion.json', import.meta.url))])
    expect(messages(campaign)[0]).toMatch(/crash: .*Maximum call stack/s)
  })
})

function messages(campaign: Campaign): string[] {
  return campaign.failures.map(({ finding, attack }) => `${attack.name}: ${finding.message}`)
}

function* take<T>(count: number, values: Iterable<T>): Generator<T> {
  let taken = 0
  for (const value of values) {
    if (taken++ >= count) return
    yield value
  }
}
