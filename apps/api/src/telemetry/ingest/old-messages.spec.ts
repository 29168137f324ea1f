import { expect, it } from 'vitest'
import { Columns } from '../samples/columns.js'
import { messagesOf } from '../storage/batch.js'
import { CommitQueue } from './commit-queue.js'

const historian = { organizationId: 1, deviceKey: 1 }
const otherOrganization = { organizationId: 2, deviceKey: 3 }

/** A queue in which values below zero are old; their commits wait for `release`. */
function queueOfOld() {
  const batches: number[][] = []
  const delayed: number[] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const queue = new CommitQueue({
    ...{
      batchRows: 4,
      batchBytes: 1_000,
      rowsPerTurn: 250,
      rowsBesideOthers: 1_000,
      attempts: 3,
      attemptsAlone: 2,
    },
    ...{ flushIntervalMs: 1, minCommitIntervalMs: 0, largeBatchRows: 1 },
    isOld: ({ numbers }) => (numbers[0] ?? 0) < 0,
    async commit(slice) {
      const values = messagesOf(slice).map(({ from }) => slice.batch.columns.numbers[from] ?? 0)
      if ((values[0] ?? 0) < 0) await gate
      batches.push(values)
      return new Map()
    },
    onDecided: (slice) => {
      for (const { listener } of messagesOf(slice)) listener.decided({ stored: true, samples: 1 })
    },
    answers: async () => true,
    setAside: async () => {},
    onFailure() {},
    onUndecided() {},
  })
  const push = (value: number, source = historian) =>
    new Promise((decided, undecided) => {
      const columns = new Columns()
      columns.push('a', value, value, null)
      const listener = { delayed: () => void delayed.push(value), decided, undecided }
      queue.push({ ...source, payload: Buffer.alloc(10), receivedAtMs: 0, listener }, columns)
    })
  return { queue, batches, delayed, release, push }
}

it('commits old samples beside the others, which do not wait for them', async () => {
  const { batches, delayed, release, push } = queueOfOld()
  const old = push(-1)
  await push(1, otherOrganization)
  expect(batches).toEqual([[1]])
  release()
  await old
  expect(batches).toEqual([[1], [-1]])
  // To be old is no reason to be passed on before it is stored.
  expect(delayed).toEqual([])
})

it('keeps the order of the messages of a device', async () => {
  const { queue, batches, release, push } = queueOfOld()
  const values = [1, -2, 3, -4, 5]
  const all = values.map((value) => push(value))
  const other = push(10, otherOrganization)
  await Promise.all([all[0], other])
  expect(batches.flat()).toEqual([1, 10])
  release()
  await Promise.all(all)
  expect(batches.flat().filter((value) => value !== 10)).toEqual(values)
  await queue.close(1_000)
})

it('commits old samples in batches no larger than others', async () => {
  const { batches, release, push } = queueOfOld()
  release()
  await Promise.all(Array.from({ length: 20 }, (_, n) => push(-1 - n)))
  expect(Math.max(...batches.map((values) => values.length))).toBe(4)
  expect(batches.flat()).toEqual(Array.from({ length: 20 }, (_, n) => -1 - n))
})
