import { describe, expect, it } from 'vitest'
import type { BatchMessage } from './committer.js'
import { Lane, type LaneOptions } from './lane.js'
import { MessageTrail } from './message-trail.js'
import type { IngestOutcome } from './sample.js'

type Commit = LaneOptions['commit']

function lane(commit: Commit, options: Partial<LaneOptions> = {}) {
  return new Lane({ commit, batchRows: 4, lingerMs: 1, onFailure() {}, onCommitted() {}, ...options })
}

const stored: IngestOutcome = { stored: true, samples: 1 }
const sampleOf = (value: number) => ({ key: 'a', tsUs: value, number: value, json: null })
const valuesOf = (messages: readonly BatchMessage[]) =>
  messages.flatMap(({ samples }) => samples.map(({ number }) => number))

function push(target: Lane, value: number, rows = 1): Promise<IngestOutcome> {
  return new Promise((decided, undecided) => {
    const samples = Array.from({ length: rows }, () => sampleOf(value))
    target.push({ deviceKey: 1, samples, trail: new MessageTrail(true), decided, undecided })
  })
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('Lane', () => {
  it('commits what comes together as one batch, in order, and closes batches by size', async () => {
    const batches: (number | null)[][] = []
    const target = lane(async (messages) => {
      batches.push(valuesOf(messages))
      return messages.map(() => stored)
    })
    await Promise.all([1, 2, 3, 4, 5].map((value) => push(target, value)))
    expect(batches).toEqual([[1, 2, 3, 4], [5]])
  })

  it('gathers the next batch while one is being committed', async () => {
    const batches: (number | null)[][] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const target = lane(async (messages) => {
      batches.push(valuesOf(messages))
      await gate
      return messages.map(() => stored)
    })
    const first = push(target, 1, 4)
    const rest = [push(target, 2), push(target, 3)]
    release()
    await Promise.all([first, ...rest])
    expect(batches).toEqual([
      [1, 1, 1, 1],
      [2, 3],
    ])
  })

  it('takes a message larger than a batch', async () => {
    const target = lane(async (messages) => messages.map(() => stored))
    await expect(push(target, 1, 40)).resolves.toEqual(stored)
  })

  it('tries again until the database is back, and keeps the order', async () => {
    const committed: (number | null)[] = []
    let failures = 3
    const target = lane(async (messages) => {
      if (failures-- > 0) throw refusal('ECONNREFUSED')
      committed.push(...valuesOf(messages))
      return messages.map(() => stored)
    })
    await Promise.all([push(target, 1), push(target, 2)])
    expect(committed).toEqual([1, 2])
  })

  it('finds the one message that cannot be stored; its neighbours are', async () => {
    const committed: (number | null)[] = []
    const target = lane(async (messages) => {
      if (valuesOf(messages).includes(3)) throw refusal('22P05')
      committed.push(...valuesOf(messages))
      return messages.map(() => stored)
    })
    const outcomes = await Promise.all([1, 2, 3, 4].map((value) => push(target, value)))
    expect(outcomes.map((outcome) => outcome.stored)).toEqual([true, true, false, true])
    expect(committed).toEqual([1, 2, 4])
  })

  it('leaves undecided what the database did not take before the end', async () => {
    const target = lane(async () => {
      throw refusal('ECONNREFUSED')
    })
    const outcome = push(target, 1).catch((error: Error) => error.name)
    await target.close(10)
    expect(await outcome).toBe('UndecidedError')
  })
})
