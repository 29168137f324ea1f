import { afterEach, describe, expect, it } from 'vitest'
import { BatchWriter, type BatchWriterOptions } from './batch-writer.js'

const anHourMs = 3_600_000
let writer: BatchWriter<string[]>
let gathered: string[] = []
let written: string[][] = []
let abandoned: string[] = []

afterEach(async () => {
  await writer.close(0)
  gathered = []
  written = []
  abandoned = []
})

function make(options: Partial<BatchWriterOptions<string[]>> = {}): void {
  writer = new BatchWriter({
    flushIntervalMs: 0,
    take: () => (gathered.length === 0 ? null : gathered.splice(0)),
    write: async (batch) => void written.push(batch),
    onFailure: () => 'retry',
    onAbandoned: (batch) => abandoned.push(...batch),
    ...options,
  })
}

function add(...changes: string[]): void {
  gathered.push(...changes)
  writer.notify()
}

/** A write that ends when it is told to. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

describe('BatchWriter', () => {
  it('gathers while a write runs, and writes that next', async () => {
    const { open, opened } = gate()
    make({
      async write(batch) {
        await opened
        written.push(batch)
      },
    })
    add('a')
    add('b')
    add('c')
    open()
    await writer.close(anHourMs)
    expect(written).toEqual([['a'], ['b', 'c']])
  })

  it('waits for others with the first change, unless it is closed', async () => {
    make({ flushIntervalMs: anHourMs })
    add('a')
    add('b')
    expect(written).toEqual([])
    await writer.close(anHourMs)
    expect(written).toEqual([['a', 'b']])
  })

  it('waits again after a write', async () => {
    make({ flushIntervalMs: 1 })
    add('a')
    await expect.poll(() => written).toEqual([['a']])
    add('b')
    await expect.poll(() => written).toEqual([['a'], ['b']])
  })

  it('tries a batch again until it is written, before all that came later', async () => {
    let failures = 0
    make({
      async write(batch) {
        if (failures < 2) throw new Error('no')
        written.push(batch)
      },
      onFailure() {
        failures += 1
        return 'retry'
      },
    })
    add('a')
    add('b')
    await writer.close(anHourMs)
    expect([failures, written, abandoned]).toEqual([2, [['a'], ['b']], []])
  })

  it('goes on with the next batch when one is discarded', async () => {
    make({
      async write(batch) {
        if (batch.includes('bad')) throw new Error('no')
        written.push(batch)
      },
      onFailure: () => 'discard',
    })
    add('bad')
    add('good')
    await writer.close(anHourMs)
    expect([written, abandoned]).toEqual([[['good']], []])
  })

  it('abandons what it could not write in time, and what comes after that', async () => {
    const { open, opened } = gate()
    make({
      async write() {
        await opened
        throw new Error('ended')
      },
      onCloseTimeout: open,
    })
    add('a')
    add('b')
    await writer.close(1)
    add('c')
    await expect.poll(() => abandoned).toEqual(['a', 'b', 'c'])
    expect(written).toEqual([])
  })
})
