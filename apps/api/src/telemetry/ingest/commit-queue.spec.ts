import { describe, expect, it } from 'vitest'
import { Columns } from '../samples/columns.js'
import type { IngestOutcome } from '../samples/sample.js'
import type { Slice } from '../storage/batch.js'
import type { Refusals } from '../storage/committer.js'
import { CommitQueue, type CommitQueueOptions } from './commit-queue.js'

const nobody: Refusals = new Map()

function lane(
  commit: (values: number[], slice: Slice) => Promise<Refusals>,
  options: Partial<CommitQueueOptions> = {},
) {
  return new CommitQueue({
    commit: (slice) => commit(valuesOf(slice), slice),
    batchRows: 4,
    batchBytes: 1_000,
    lingerMs: 1,
    paceMs: 0,
    pacedRows: 1,
    onFailure() {},
    onDecided({ batch, from, to }, refusals) {
      for (const [index, { listener }] of batch.messages.entries()) {
        if (index < from || index >= to) continue
        const refusal = refusals.get(index)
        listener.decided(refusal === undefined ? { stored: true, samples: 1 } : { stored: false, refusal })
      }
    },
    onUndecided({ batch, from, to }, error) {
      for (const { listener } of batch.messages.slice(from, to)) listener.undecided(error)
    },
    ...options,
  })
}

function valuesOf({ batch, from, to }: Slice): number[] {
  const first = batch.messages[from]?.from ?? 0
  return batch.columns.numbers.slice(first, batch.messages[to - 1]?.to)
}

function push(target: CommitQueue, value: number, rows = 1, payloadBytes = 10): Promise<IngestOutcome> {
  return new Promise((decided, undecided) => {
    const columns = new Columns()
    for (let row = 0; row < rows; row++) columns.push('a', value, value, null)
    const listener = { early() {}, decided, undecided }
    target.push({ organizationId: 1, deviceKey: 1, payloadBytes, receivedAtMs: 0, listener }, columns)
  })
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('CommitQueue', () => {
  it('commits what comes together as one batch, in order, and closes batches by rows', async () => {
    const batches: number[][] = []
    const target = lane(async (values) => {
      batches.push(values)
      return nobody
    })
    await Promise.all([1, 2, 3, 4, 5].map((value) => push(target, value)))
    expect(batches).toEqual([[1, 2, 3, 4], [5]])
  })

  it('closes batches by bytes', async () => {
    const batches: number[][] = []
    const target = lane(async (values) => {
      batches.push(values)
      return nobody
    })
    await Promise.all([push(target, 1, 1, 900), push(target, 2, 1, 900), push(target, 3)])
    expect(batches).toEqual([[1, 2], [3]])
  })

  it('gathers the next batch while one is being committed', async () => {
    const batches: number[][] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const target = lane(async (values) => {
      batches.push(values)
      await gate
      return nobody
    })
    const first = push(target, 1, 4)
    const rest = [push(target, 2), push(target, 3)]
    expect([...target.waiting()]).toHaveLength(3)
    release()
    await Promise.all([first, ...rest])
    expect(batches).toEqual([
      [1, 1, 1, 1],
      [2, 3],
    ])
  })

  describe('after a commit during which more came', () => {
    const anHourMs = 3_600_000

    /** Commits 1 and 2 together; 3 comes meanwhile. */
    async function busyLane(options: Partial<CommitQueueOptions>) {
      const batches: number[][] = []
      const target: CommitQueue = lane(
        async (values) => {
          batches.push(values)
          await undefined
          if (batches.length === 1) third = push(target, 3)
          return nobody
        },
        { batchRows: 4, ...options },
      )
      let third: Promise<IngestOutcome> | undefined
      await Promise.all([push(target, 1), push(target, 2)])
      return { batches, target, third }
    }

    it('gathers for a while when that was of many rows, unless the next batch is full before', async () => {
      const { batches, target, third } = await busyLane({ paceMs: anHourMs, pacedRows: 2 })
      await Promise.all([third, push(target, 4), push(target, 5), push(target, 6)])
      expect(batches).toEqual([
        [1, 2],
        [3, 4, 5, 6],
      ])
    })

    it('goes on when the while is over', async () => {
      const { batches, third } = await busyLane({ paceMs: 5, pacedRows: 2 })
      await third
      expect(batches).toEqual([[1, 2], [3]])
    })

    it('goes on at once when that was of few rows', async () => {
      const { batches, third } = await busyLane({ paceMs: anHourMs, pacedRows: 3 })
      await third
      expect(batches).toEqual([[1, 2], [3]])
    })

    it('commits what gathers when it is to end', async () => {
      const { batches, target, third } = await busyLane({ paceMs: anHourMs, pacedRows: 2 })
      await Promise.all([third, target.close(30_000)])
      expect(batches).toEqual([[1, 2], [3]])
    })
  })

  it('takes a message larger than a batch', async () => {
    const target = lane(async () => nobody)
    await expect(push(target, 1, 40)).resolves.toMatchObject({ stored: true })
  })

  it('tries again until the database is back, keeps the order, and knows what it fails with', async () => {
    const committed: number[] = []
    const failures: unknown[] = []
    const target = lane(
      async (values) => {
        if (failures.length < 3) throw refusal('ECONNREFUSED')
        committed.push(...values)
        return nobody
      },
      { onFailure: () => failures.push(target.failure) },
    )
    await Promise.all([push(target, 1), push(target, 2)])
    expect(committed).toEqual([1, 2])
    expect(failures).toEqual(Array.from({ length: 3 }, () => refusal('ECONNREFUSED')))
    expect(target.failure).toBeNull()
  })

  it('finds the one message that cannot be stored; its neighbours are', async () => {
    const committed: number[] = []
    const target = lane(async (values) => {
      if (values.includes(3)) throw refusal('22P05')
      committed.push(...values)
      return nobody
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
