import { expect, it } from 'vitest'
import { Columns } from '../samples/columns.js'
import { messagesOf } from '../storage/batch.js'
import { CommitQueue } from './commit-queue.js'

const bulk = { organizationId: 1, deviceKey: 1 }
const bulkToo = { organizationId: 1, deviceKey: 3 }
const bystander = { organizationId: 2, deviceKey: 5 }

/** More samples than an organization adds to a batch in its turn. */
const large = 5
const commitMs = 40
/** A message with this value takes longer than a commit may. */
const tooSlow = 99

/** A queue whose commits take `commitMs` of its own clock; those with a value below zero wait for `release`. */
function queueOfLarge() {
  const batches: number[][] = []
  const pauses: number[] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let nowMs = 0
  const queue = new CommitQueue({
    ...{ batchRows: 100, batchBytes: 10_000, rowsPerTurn: 4, rowsBesideOthers: 50 },
    ...{ attempts: 3, attemptsAlone: 2, flushIntervalMs: 1, minCommitIntervalMs: 0, largeBatchRows: 1 },
    isOld: () => false,
    clock: {
      now: () => nowMs,
      async sleep(ms) {
        pauses.push(ms)
        nowMs += ms
      },
    },
    async commit(slice) {
      const values = messagesOf(slice).map(({ from }) => slice.batch.columns.numbers[from] ?? 0)
      if ((values[0] ?? 0) < 0) await gate
      if (values.includes(tooSlow)) {
        nowMs += 5_000
        throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
      }
      nowMs += commitMs
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
  const push = (value: number, source: typeof bulk, rows = 1) =>
    new Promise((decided, undecided) => {
      const columns = new Columns()
      for (let row = 0; row < rows; row++) columns.push('a', row, value, null)
      const listener = { delayed() {}, decided, undecided }
      queue.push({ ...source, payload: Buffer.alloc(10), receivedAtMs: 0, listener }, columns)
    })
  return { queue, batches, pauses, release, push }
}

it('commits a large message beside the batch while others send, who do not wait for it', async () => {
  const { batches, release, push } = queueOfLarge()
  const others = [push(1, bystander)]
  const message = push(-1, bulk, large)
  others.push(push(2, bystander))
  await Promise.all(others)
  expect(batches).toEqual([[1, 2]])
  release()
  await message
  expect(batches).toEqual([[1, 2], [-1]])
})

it('commits large messages with all others while one organization sends alone', async () => {
  const { batches, pauses, push } = queueOfLarge()
  await Promise.all([push(1, bulk), push(2, bulkToo, large), push(3, bulk, large), push(4, bulkToo)])
  expect(batches).toEqual([[1, 2, 3, 4]])
  expect(pauses).toEqual([])
})

it('keeps the order of a device whose messages are large and small', async () => {
  const { queue, batches, release, push } = queueOfLarge()
  const other = push(10, bystander)
  const sizes = [1, large, 1, large, 1]
  const all = sizes.map((rows, index) => push(rows === 1 ? index + 1 : -1 - index, bulk, rows))
  await Promise.all([other, all[0]])
  expect(batches.flat().sort((a, b) => a - b)).toEqual([1, 10])
  release()
  await Promise.all(all)
  expect(batches.flat().filter((value) => value !== 10)).toEqual([1, -2, 3, -4, 5])
  await queue.close(1_000)
})

it('pauses between the batches of one organization for as long as each took, while others send', async () => {
  const { batches, pauses, release, push } = queueOfLarge()
  const all = [push(10, bystander), push(-1, bulk, large)]
  await all[0]
  // It waits for the first of its device, and is a batch of its own.
  all.push(push(2, bulk, large), push(11, bystander))
  await all[3]
  release()
  await Promise.all(all)
  expect(batches.flat().filter((value) => value < 10)).toEqual([-1, 2])
  // While the first was committed, so was the batch with 11.
  expect(pauses).toEqual([2 * commitMs])
})

it('does not pause for another organization', async () => {
  const { batches, pauses, release, push } = queueOfLarge()
  const all = [push(10, bystander), push(-1, bulk, large)]
  await all[0]
  all.push(push(2, { organizationId: 3, deviceKey: 7 }, large), push(11, bystander))
  await all[3]
  release()
  await Promise.all(all)
  expect(batches.flat().filter((value) => value < 10)).toEqual([-1, 2])
  expect(pauses).toEqual([])
})

it('pauses for commits alone, and not for the search for a message that is too slow', async () => {
  const { batches, pauses, push } = queueOfLarge()
  await Promise.all([push(10, bystander), push(1, bulk), push(tooSlow, bulk), push(2, bulkToo)])
  expect(batches.flat().sort((a, b) => a - b)).toEqual([1, 2, 10])
  expect(pauses.filter((ms) => ms > commitMs)).toEqual([])
})
