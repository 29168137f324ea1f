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
    rowsPerTurn: 250,
    rowsBesideOthers: 1_000,
    attempts: 3,
    attemptsAlone: 2,
    flushIntervalMs: 1,
    minCommitIntervalMs: 0,
    largeBatchRows: 1,
    answers: async () => true,
    isOld: () => false,
    setAside: async () => {},
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

interface Source {
  organizationId: number
  deviceKey: number
}

function push(
  queue: CommitQueue,
  value: number,
  rows = 1,
  payloadBytes = 10,
  source: Source = { organizationId: 1, deviceKey: 1 },
): Promise<IngestOutcome> {
  return new Promise((decided, undecided) => {
    const columns = new Columns()
    for (let row = 0; row < rows; row++) columns.push('a', value, value, null)
    const listener = { delayed() {}, decided, undecided }
    queue.push({ ...source, payload: Buffer.alloc(payloadBytes), receivedAtMs: 0, listener }, columns)
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

  it('sets aside the one message that cannot be stored, and stores the others', async () => {
    const committed: number[] = []
    const kept: string[] = []
    const queue = queueWith(
      async (values) => {
        if (values.includes(3)) throw refusal('22P05')
        committed.push(...values)
        return noRefusals
      },
      { setAside: async (_, reason) => void kept.push(reason) },
    )
    const outcomes = await Promise.all([1, 2, 3, 4].map((value) => push(queue, value)))
    expect(outcomes.map((outcome) => outcome.stored)).toEqual([true, true, false, true])
    expect(outcomes[2]).toMatchObject({ refusal: { code: 'telemetry_set_aside' } })
    expect(committed).toEqual([1, 2, 4])
    expect(kept).toEqual(['It holds a value that the database cannot store'])
  })

  it('gives organizations turns, so that a flood of one is not before all others', async () => {
    const batches: number[][] = []
    const queue = queueWith(
      async (values) => {
        batches.push(values)
        return noRefusals
      },
      { batchRows: 1_000 },
    )
    const flood = Array.from({ length: 30 }, () => push(queue, 1, 100))
    const other = push(queue, 2, 1, 10, { organizationId: 2, deviceKey: 2 })
    await Promise.all([...flood, other])
    // The first was closed before it came; nine tenths of the flood are behind it.
    expect(batches.findIndex((values) => values.includes(2))).toBe(1)
    expect(batches.flat().filter((value) => value === 1)).toHaveLength(3_000)
    for (const values of batches) expect(values.length).toBeLessThanOrEqual(1_000)
  })

  it('commits few rows of an organization together while others send too, and many when it sends alone', async () => {
    const rows: number[] = []
    const queue = queueWith(
      async (values) => {
        rows.push(values.length)
        return noRefusals
      },
      { batchRows: 50, rowsPerTurn: 4, rowsBesideOthers: 8 },
    )
    const pushMany = () => Array.from({ length: 20 }, () => push(queue, 1, 2))
    await Promise.all(pushMany())
    expect(rows).toEqual([40])
    await Promise.all([...pushMany(), push(queue, 2, 1, 10, { organizationId: 2, deviceKey: 2 })])
    expect(rows.slice(1)).toEqual([9, 8, 8, 8, 8])
  })

  describe('a message that takes too long', () => {
    const slow = { organizationId: 1, deviceKey: 1 }
    const sameOrganization = { organizationId: 1, deviceKey: 3 }
    const otherOrganization = { organizationId: 2, deviceKey: 5 }

    it('is set aside; nobody else waits for it to be found, and the order of its device is kept', async () => {
      const committed: number[] = []
      let gate = () => {}
      const found = new Promise<void>((resolve) => {
        gate = resolve
      })
      let timeouts = 0
      const queue: CommitQueue = queueWith(
        async (values) => {
          if (values.includes(2)) {
            timeouts += 1
            if (timeouts > 1) await found
            throw refusal('57014')
          }
          committed.push(...values)
          return noRefusals
        },
        { batchRows: 100 },
      )
      const first = [1, 2, 3].map((value) => push(queue, value, 1, 10, slow))
      await expect.poll(() => timeouts).toBe(2)
      const later = push(queue, 4, 1, 10, slow)
      // While the slow one is looked for, the others are committed.
      await Promise.all([push(queue, 10, 1, 10, sameOrganization), push(queue, 11, 1, 10, otherOrganization)])
      expect(committed).not.toContain(4)
      gate()
      const outcomes = await Promise.all([...first, later])
      expect(outcomes.map(({ stored }) => stored)).toEqual([true, false, true, true])
      expect(outcomes[1]).toMatchObject({ refusal: { code: 'telemetry_set_aside' } })
      expect(committed.filter((value) => value < 10)).toEqual([1, 3, 4])
      await queue.close(1_000)
    })

    it('is tried again, and never set aside, while the database takes no writes', async () => {
      const kept: string[] = []
      let answers = false
      let attempts = 0
      const queue = queueWith(
        async () => {
          attempts += 1
          if (attempts < 5) throw new Error('Query read timeout')
          return noRefusals
        },
        { answers: async () => answers, setAside: async (_, reason) => void kept.push(reason) },
      )
      const outcome = push(queue, 1, 1, 10, slow)
      await expect.poll(() => attempts).toBeGreaterThan(2)
      expect(queue.failure).not.toBeNull()
      answers = true
      expect(await outcome).toEqual({ stored: true, samples: 1 })
      expect(kept).toEqual([])
    })

    it('is undecided when the queue is closed meanwhile', async () => {
      const queue = queueWith(
        async () => {
          throw refusal('57014')
        },
        { setAside: () => Promise.reject(refusal('ECONNREFUSED')) },
      )
      const outcome = push(queue, 1, 1, 10, slow).catch((error: Error) => error.name)
      await queue.close(10)
      expect(await outcome).toBe('UndecidedError')
    })
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
