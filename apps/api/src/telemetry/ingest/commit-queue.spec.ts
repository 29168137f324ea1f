import { describe, expect, it } from 'vitest'
import { Columns } from '../samples/columns.js'
import type { IngestOutcome } from '../samples/sample.js'
import type { Slice } from '../storage/batch.js'
import type { Refusals } from '../storage/committer.js'
import { CommitQueue, type CommitQueueOptions } from './commit-queue.js'

const noRefusals: Refusals = new Map()

function queueWith(
  commit: (values: number[], slice: Slice) => Promise<Refusals>,
  options: Partial<CommitQueueOptions> = {},
) {
  return new CommitQueue({
    commit: (slice) => commit(valuesOf(slice), slice),
    batchRows: 4,
    batchBytes: 1_000,
    flushIntervalMs: 1,
    minCommitIntervalMs: 0,
    largeBatchRows: 1,
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

function push(queue: CommitQueue, value: number, rows = 1, payloadBytes = 10): Promise<IngestOutcome> {
  return new Promise((decided, undecided) => {
    const columns = new Columns()
    for (let row = 0; row < rows; row++) columns.push('a', value, value, null)
    const listener = { delayed() {}, decided, undecided }
    queue.push({ organizationId: 1, deviceKey: 1, payloadBytes, receivedAtMs: 0, listener }, columns)
  })
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('CommitQueue', () => {
  it('commits messages that come together as one batch, in order, up to a number of rows', async () => {
    const batches: number[][] = []
    const queue = queueWith(async (values) => {
      batches.push(values)
      return noRefusals
    })
    await Promise.all([1, 2, 3, 4, 5].map((value) => push(queue, value)))
    expect(batches).toEqual([[1, 2, 3, 4], [5]])
  })

  it('closes a batch at a number of bytes', async () => {
    const batches: number[][] = []
    const queue = queueWith(async (values) => {
      batches.push(values)
      return noRefusals
    })
    await Promise.all([push(queue, 1, 1, 900), push(queue, 2, 1, 900), push(queue, 3)])
    expect(batches).toEqual([[1, 2], [3]])
  })

  it('gathers the next batch while one is being committed', async () => {
    const batches: number[][] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const queue = queueWith(async (values) => {
      batches.push(values)
      await gate
      return noRefusals
    })
    const first = push(queue, 1, 4)
    const rest = [push(queue, 2), push(queue, 3)]
    expect([...queue.waiting()]).toHaveLength(3)
    release()
    await Promise.all([first, ...rest])
    expect(batches).toEqual([
      [1, 1, 1, 1],
      [2, 3],
    ])
  })

  describe('after a commit during which more messages came', () => {
    const anHourMs = 3_600_000

    /** Commits 1 and 2 together; 3 comes meanwhile. */
    async function busyQueue(options: Partial<CommitQueueOptions>) {
      const batches: number[][] = []
      const queue: CommitQueue = queueWith(
        async (values) => {
          batches.push(values)
          await undefined
          if (batches.length === 1) third = push(queue, 3)
          return noRefusals
        },
        { batchRows: 4, ...options },
      )
      let third: Promise<IngestOutcome> | undefined
      await Promise.all([push(queue, 1), push(queue, 2)])
      return { batches, queue, third }
    }

    it('gathers for the minimum interval when it had many rows, or until the next batch is full', async () => {
      const { batches, queue, third } = await busyQueue({ minCommitIntervalMs: anHourMs, largeBatchRows: 2 })
      await Promise.all([third, push(queue, 4), push(queue, 5), push(queue, 6)])
      expect(batches).toEqual([
        [1, 2],
        [3, 4, 5, 6],
      ])
    })

    it('goes on when the interval is over', async () => {
      const { batches, third } = await busyQueue({ minCommitIntervalMs: 5, largeBatchRows: 2 })
      await third
      expect(batches).toEqual([[1, 2], [3]])
    })

    it('goes on at once when it had few rows', async () => {
      const { batches, third } = await busyQueue({ minCommitIntervalMs: anHourMs, largeBatchRows: 3 })
      await third
      expect(batches).toEqual([[1, 2], [3]])
    })

    it('commits what gathers when it is closed', async () => {
      const { batches, queue, third } = await busyQueue({ minCommitIntervalMs: anHourMs, largeBatchRows: 2 })
      await Promise.all([third, queue.close(30_000)])
      expect(batches).toEqual([[1, 2], [3]])
    })
  })

  it('takes a message larger than a batch', async () => {
    const queue = queueWith(async () => noRefusals)
    await expect(push(queue, 1, 40)).resolves.toMatchObject({ stored: true })
  })

  it('tries again until the database is back, keeps the order, and has the error meanwhile', async () => {
    const committed: number[] = []
    const failures: unknown[] = []
    const queue = queueWith(
      async (values) => {
        if (failures.length < 3) throw refusal('ECONNREFUSED')
        committed.push(...values)
        return noRefusals
      },
      { onFailure: () => failures.push(queue.failure) },
    )
    await Promise.all([push(queue, 1), push(queue, 2)])
    expect(committed).toEqual([1, 2])
    expect(failures).toEqual(Array.from({ length: 3 }, () => refusal('ECONNREFUSED')))
    expect(queue.failure).toBeNull()
  })

  it('refuses the one message that cannot be stored, and stores the others', async () => {
    const committed: number[] = []
    const queue = queueWith(async (values) => {
      if (values.includes(3)) throw refusal('22P05')
      committed.push(...values)
      return noRefusals
    })
    const outcomes = await Promise.all([1, 2, 3, 4].map((value) => push(queue, value)))
    expect(outcomes.map((outcome) => outcome.stored)).toEqual([true, true, false, true])
    expect(committed).toEqual([1, 2, 4])
  })

  it('leaves undecided what was not committed before it was closed', async () => {
    const queue = queueWith(async () => {
      throw refusal('ECONNREFUSED')
    })
    const outcome = push(queue, 1).catch((error: Error) => error.name)
    await queue.close(10)
    expect(await outcome).toBe('UndecidedError')
  })
})
